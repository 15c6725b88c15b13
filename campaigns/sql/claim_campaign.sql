-- Claim a campaign whose audience does not stand in the ledger yet. The fencing number tells a worker
-- that overslept its lease.
WITH due AS MATERIALIZED (
    SELECT tenant_id, id FROM campaign
     WHERE frozen_at IS NULL AND state IN ('running', 'paused') AND lease_until < $1
     ORDER BY lease_until, id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
)
UPDATE campaign SET lease_until = $2, fence = fence + 1
 WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)
RETURNING tenant_id, id, fence
