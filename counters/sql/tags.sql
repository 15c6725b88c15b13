SELECT t.contact_id, t.tag_id
  FROM ({batch}) AS b JOIN contact_tag t ON t.tenant_id = $1::uuid AND t.contact_id = b.id
