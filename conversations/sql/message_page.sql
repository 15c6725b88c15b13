-- One page of a thread: by the platform's time, then by the tie-breaker that any order of arrival
-- gives the same, then by id.
SELECT {columns}
  FROM message m
  {changes}
 WHERE m.tenant_id = $1::uuid
   AND m.conversation_id = $3::uuid
   /* conditions */
 ORDER BY m.provider_at {direction}, m.tie {direction}, m.id {direction}
 LIMIT $2::bigint
