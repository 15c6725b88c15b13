SELECT o.id, o.contact_id, o.is_test, o.cancelled_at, o.deleted_at, o.placed_at,
       o.base_total, o.base_refunded, o.refunded, a.evidence, a.campaign_id
  FROM ({batch}) AS b
  JOIN shop_order o ON o.tenant_id = $1::uuid AND o.id = b.id
  LEFT JOIN attribution a ON a.tenant_id = $1::uuid AND a.order_id = o.id
