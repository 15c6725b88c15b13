-- The contacts that are known by what was shown, held so that no other worker joins them meanwhile;
-- in one order, so that workers wait for each other and never block each other.
SELECT c.id
  FROM contact c
 WHERE c.tenant_id = $1::uuid
   AND c.id IN (SELECT i.contact_id
                  FROM ({batch}) AS b
                  JOIN identity i
                    ON i.tenant_id = $1::uuid AND i.kind = b.kind AND i.scope = b.scope
                   AND i.token = b.token)
 ORDER BY c.id
   FOR NO KEY UPDATE OF c
