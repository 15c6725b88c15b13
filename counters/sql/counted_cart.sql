SELECT k.id, k.contact_id, k.created_at, k.order_id
  FROM ({batch}) AS b JOIN cart k ON k.tenant_id = $1::uuid AND k.id = b.id
