-- One page of contacts by age: a uuid7 grows with time, so the primary key is the order. Those that
-- were merged are left out; their survivors stand in the list.
SELECT {columns}
  FROM contact c
 WHERE c.tenant_id = $1::uuid
   AND c.state <> 'merged'
   /* conditions */
 ORDER BY c.id {direction}
 LIMIT $2::bigint
