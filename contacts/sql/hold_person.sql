-- All contacts of the person whom this contact shows, held: the one that stayed and those joined into it.
SELECT c.id, c.merged_into
  FROM contact c
  JOIN contact a ON a.tenant_id = $1::uuid AND a.id = $2::uuid
 WHERE c.tenant_id = $1::uuid
   AND (c.id = coalesce(a.merged_into, a.id) OR c.merged_into = coalesce(a.merged_into, a.id))
 ORDER BY c.id
   FOR NO KEY UPDATE OF c
