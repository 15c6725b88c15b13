-- Claim the next files to fetch, longest due first. The fencing number tells a worker that overslept
-- its lease.
WITH due AS MATERIALIZED (
    SELECT tenant_id, id FROM media
     WHERE state = 'wanted' AND due_at <= $1 AND lease_until < $1
     ORDER BY due_at, id
     LIMIT $3::bigint
       FOR UPDATE SKIP LOCKED
)
UPDATE media
   SET lease_until = $2, fence = fence + 1, attempts = attempts + 1
 WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM due)
RETURNING tenant_id, id, subject_id, number_id, message_id, platform_media_id, mime, sha256,
          attempts, fence, created_at
