-- The threads of these contacts and numbers, locked in one order so that workers never deadlock.
SELECT c.id, c.contact_id, c.number_id
  FROM ({batch}) AS b
  JOIN conversation c
    ON c.tenant_id = $1::uuid AND c.contact_id = b.contact_id AND c.number_id = b.number_id
 ORDER BY c.id
   FOR UPDATE OF c
