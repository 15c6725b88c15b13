-- The tags that these contacts bear, by name.
SELECT ct.contact_id, t.id, t.name, t.created_at
  FROM ({batch}) AS b
  JOIN contact_tag ct ON ct.tenant_id = $1::uuid AND ct.contact_id = b.id
  JOIN tag t ON t.tenant_id = ct.tenant_id AND t.id = ct.tag_id
 ORDER BY ct.contact_id, t.name
