-- Orders that an import made and of which their shop, or anybody else, told since: another state, money
-- back, a parcel, the cart that they came from.
UPDATE shop_order SET origin_id = NULL
 WHERE tenant_id = $1::uuid AND origin_id = $2::uuid
   AND (told_at <> placed_at
        OR EXISTS (SELECT 1 FROM refund r
                    WHERE r.tenant_id = $1::uuid AND r.store_id = shop_order.store_id
                      AND r.order_external_id = shop_order.external_id)
        OR EXISTS (SELECT 1 FROM fulfilment f
                    WHERE f.tenant_id = $1::uuid AND f.order_id = shop_order.id)
        OR EXISTS (SELECT 1 FROM cart c
                    WHERE c.tenant_id = $1::uuid AND c.order_id = shop_order.id))
