-- Orders of contacts that others were joined into.
SELECT o.id
  FROM ({batch}) AS b
  JOIN shop_order o ON o.tenant_id = $1::uuid AND o.contact_id = b.id
