-- Of these contacts, those of whom nothing is held but a first yes that came to nothing: they were
-- entered for its sake, and never wrote, bought, agreed, declined or withdrew.
SELECT c.id
  FROM ({batch}) AS b
  JOIN contact c
    ON c.tenant_id = $1::uuid AND c.id = b.id AND c.state = 'active'
   AND c.source IN ('opt_in', 'touchpoint')
 WHERE NOT EXISTS (SELECT 1 FROM message m
                    WHERE m.tenant_id = $1::uuid AND m.contact_id = c.id AND m.direction = 'in')
   AND NOT EXISTS (SELECT 1 FROM shop_order o WHERE o.tenant_id = $1::uuid AND o.contact_id = c.id)
   AND NOT EXISTS (SELECT 1 FROM customer k WHERE k.tenant_id = $1::uuid AND k.contact_id = c.id)
   AND NOT EXISTS (SELECT 1 FROM consent_state s
                    WHERE s.tenant_id = $1::uuid AND s.contact_id = c.id
                      AND s.state NOT IN ('pending', 'expired'))
   AND NOT EXISTS (SELECT 1 FROM consent_request r
                    WHERE r.tenant_id = $1::uuid AND r.contact_id = c.id)
