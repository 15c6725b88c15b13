-- Their orders that count: neither tests nor called off nor deleted, the first first.
SELECT o.id, o.contact_id, o.placed_at, o.base_total, o.base_refunded
  FROM ({batch}) AS b JOIN shop_order o ON o.tenant_id = $1::uuid AND o.contact_id = b.id
 WHERE o.is_test = 0 AND o.cancelled_at IS NULL AND o.deleted_at IS NULL
 ORDER BY o.placed_at, o.id
