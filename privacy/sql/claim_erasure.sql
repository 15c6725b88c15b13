-- Claim the erasure that waits longest. The fencing number tells a worker that overslept its lease.
WITH due AS MATERIALIZED (
    SELECT tenant_id, id FROM erasure
     WHERE state = 'running' AND lease_until < $1
     ORDER BY lease_until, id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
)
UPDATE erasure
   SET lease_until = $2, fence = fence + 1, attempts = attempts + 1
 WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)
RETURNING tenant_id, id, fence, attempts
