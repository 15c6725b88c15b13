-- One page of the messages that were searched for, of all threads.
SELECT {columns}
  FROM message m
  {changes}
 WHERE m.tenant_id = $1::uuid
   /* conditions */
 ORDER BY m.provider_at {direction}, m.tie {direction}, m.id {direction}
 LIMIT $2::bigint
