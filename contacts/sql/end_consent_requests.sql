-- A withdrawal ends what was asked for before it; one of a purpose as a whole ends that of its topics.
-- What was said later stands, whatever is told first; what was asked for in the same second does not,
-- for the platform's times are no finer.
UPDATE consent_request
   SET state = 'withdrawn', decided_at = b.at, due_at = $2
  FROM ({batch}) AS b
 WHERE consent_request.tenant_id = $1::uuid AND consent_request.contact_id = b.contact_id
   AND consent_request.purpose = b.purpose AND b.topic IN ('', consent_request.topic)
   AND consent_request.asked_at < b.at + 1000000 AND consent_request.decided_at <= b.at
