-- The contacts that are known by what was shown, held so that no other worker joins them meanwhile;
-- in one order, so that workers wait for each other and never block each other. Who they are is found
-- first and apart: else PostgreSQL, before it has counted its rows, looks for each contact anew.
WITH shown AS MATERIALIZED (
    SELECT DISTINCT i.contact_id
      FROM ({batch}) AS b
      JOIN identity i
        ON i.tenant_id = $1::uuid AND i.kind = b.kind AND i.scope = b.scope AND i.token = b.token
)
SELECT c.id
  FROM shown s
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = s.contact_id
 ORDER BY c.id
   FOR NO KEY UPDATE OF c
