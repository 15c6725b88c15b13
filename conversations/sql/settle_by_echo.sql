-- Sends that the platform itself named. Its word outranks every guess, also "unsettled", and every
-- other attempt that is under way.
UPDATE send
   SET state = b.state,
       lease_until = b.lease_until,
       wamid_token = b.wamid_token,
       error_code = b.error_code,
       decision = b.decision,
       settled_at = b.settled_at
  FROM ({batch}) AS b
 WHERE send.tenant_id = $1::uuid AND send.id = b.id AND send.wamid_token IS NULL
RETURNING send.id
