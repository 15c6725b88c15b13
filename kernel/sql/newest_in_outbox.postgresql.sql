-- The last event that no open transaction can still slip in front of.
SELECT position, id
  FROM outbox
 WHERE position < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
 ORDER BY position DESC, id DESC
 LIMIT 1
