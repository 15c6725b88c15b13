-- Orders that an import had made are gone with it.
DELETE FROM attribution
 WHERE tenant_id = $1::uuid
   AND NOT EXISTS (SELECT 1 FROM shop_order o
                    WHERE o.tenant_id = $1::uuid AND o.id = attribution.order_id)
