-- Of contacts that a list made: those with something that is not the list's. Who holds on to them in
-- the rooms above is asked there.
SELECT c.id
  FROM ({batch}) AS b
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id
 WHERE (c.updated_at <> b.set_at OR c.owner_id IS NOT NULL OR c.state <> 'active'
    OR EXISTS (SELECT 1 FROM identity i
                WHERE i.tenant_id = $1::uuid AND i.contact_id = c.id
                  AND (i.source <> 'import' OR i.last_at > $2))
    OR EXISTS (SELECT 1 FROM contact_tag t
                WHERE t.tenant_id = $1::uuid AND t.contact_id = c.id AND t.source <> 'import')
    OR EXISTS (SELECT 1 FROM consent_entry e
                WHERE e.tenant_id = $1::uuid AND e.contact_id = c.id AND e.method <> 'import')
    OR EXISTS (SELECT 1 FROM contact_merge m
                WHERE m.tenant_id = $1::uuid AND m.survivor_id = c.id))
 ORDER BY c.id
   FOR NO KEY UPDATE OF c
