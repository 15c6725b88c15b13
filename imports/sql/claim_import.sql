-- Claim the import that waits longest. The fencing number tells a worker that overslept its lease.
WITH due AS MATERIALIZED (
    SELECT tenant_id, id FROM import_job
     WHERE state IN ('queued', 'running', 'undoing') AND lease_until < $1
     ORDER BY lease_until, id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
)
UPDATE import_job
   SET lease_until = $2, fence = fence + 1, attempts = attempts + 1,
       state = CASE WHEN state = 'queued' THEN 'running' ELSE state END
 WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)
RETURNING tenant_id, id, fence
