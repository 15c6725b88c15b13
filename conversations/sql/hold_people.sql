-- Hold these contacts until what goes to them is set down: of two numbers that write to somebody at
-- once, the second sees what the first has sent. In one order, so that nobody waits in a circle.
SELECT c.id
  FROM ({batch}) AS b
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.contact_id
 ORDER BY c.id
   FOR NO KEY UPDATE OF c
