-- Set down that these are about to go, and as what: only those whose lease holds still.
UPDATE send
   SET attempted_at = $2, attempts = send.attempts + 1, category = b.category,
       pace_kind = b.pace_kind
  FROM ({batch}) AS b
 WHERE send.tenant_id = $1::uuid AND send.id = b.id AND send.fence = b.fence
   AND send.state = 'claimed' AND send.lease_until > $2
RETURNING send.id
