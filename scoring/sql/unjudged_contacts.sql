-- The next contacts that did something, or befell something, and that nobody noted.
SELECT c.id FROM contact c
 WHERE c.tenant_id = $1::uuid AND c.id > $2::uuid AND c.state = 'active'
   AND NOT EXISTS (SELECT 1 FROM contact_score s
                    WHERE s.tenant_id = $1::uuid AND s.contact_id = c.id)
   AND (EXISTS (SELECT 1 FROM activity a WHERE a.tenant_id = $1::uuid AND a.contact_id = c.id)
        OR EXISTS (SELECT 1 FROM message m WHERE m.tenant_id = $1::uuid AND m.contact_id = c.id))
 ORDER BY c.id LIMIT $3::bigint
