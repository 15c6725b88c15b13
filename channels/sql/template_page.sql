-- One page of templates by name; the id breaks ties between languages.
SELECT {columns}
  FROM template t
 WHERE t.tenant_id = $1::uuid
   /* conditions */
 ORDER BY t.name {direction}, t.id {direction}
 LIMIT $2::bigint
