-- One page of threads; {key} is the column of the order, the id breaks its ties. Threads that were
-- merged are left out: their survivors stand in the list.
SELECT {columns}
  FROM conversation c
 WHERE c.tenant_id = $1::uuid
   AND c.state <> 'merged'
   /* conditions */
 ORDER BY {key} {direction}, c.id {direction}
 LIMIT $2::bigint
