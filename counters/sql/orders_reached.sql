-- Orders of those whom these messages, if they are promotions, reached.
SELECT DISTINCT o.id
  FROM ({batch}) AS b
  JOIN send s ON s.tenant_id = $1::uuid AND s.message_id = b.id
   AND (s.category = 'marketing' OR s.origin = 'campaign')
  JOIN shop_order o ON o.tenant_id = $1::uuid AND o.contact_id = s.contact_id
   AND o.placed_at >= s.created_at
