-- Contacts of whom nobody but this shop told: no other shop, no message, no list, no consent.
SELECT c.id
  FROM contact c
 WHERE c.tenant_id = $1::uuid AND c.state IN ('active', 'frozen')
   AND c.id IN (SELECT u.contact_id FROM customer u
                 WHERE u.tenant_id = $1::uuid AND u.store_id = $2::uuid
                 UNION
                SELECT o.contact_id FROM shop_order o
                 WHERE o.tenant_id = $1::uuid AND o.store_id = $2::uuid
                 UNION
                SELECT a.contact_id FROM cart a
                 WHERE a.tenant_id = $1::uuid AND a.store_id = $2::uuid
                 UNION
                SELECT r.contact_id FROM refund r
                 WHERE r.tenant_id = $1::uuid AND r.store_id = $2::uuid)
   AND NOT EXISTS (SELECT 1 FROM customer u
                    WHERE u.tenant_id = $1::uuid AND u.contact_id = c.id
                      AND u.store_id <> $2::uuid)
   AND NOT EXISTS (SELECT 1 FROM shop_order o
                    WHERE o.tenant_id = $1::uuid AND o.contact_id = c.id
                      AND o.store_id <> $2::uuid)
   AND NOT EXISTS (SELECT 1 FROM conversation v
                    WHERE v.tenant_id = $1::uuid AND v.contact_id = c.id)
   AND NOT EXISTS (SELECT 1 FROM identity i
                    WHERE i.tenant_id = $1::uuid AND i.contact_id = c.id AND i.source <> 'store')
   AND NOT EXISTS (SELECT 1 FROM consent_state s
                    WHERE s.tenant_id = $1::uuid AND s.contact_id = c.id
                      AND s.state IN ('confirmed', 'pending'))
 ORDER BY c.id
 LIMIT $3::bigint
