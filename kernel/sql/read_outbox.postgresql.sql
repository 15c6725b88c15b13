-- Events after a cursor, in order. A transaction that began earlier may still commit rows with a
-- smaller position than some that are visible already; everything at or above the oldest that is
-- open in this database therefore waits for the next reading.
SELECT tenant_id, id, position, kind, at, refs
  FROM outbox
 WHERE (position, id) > ($1::bigint, $2::uuid)
   AND position < (/* horizon */)
   /* of tenant */
 ORDER BY position, id
 LIMIT $3::bigint
