SELECT c.id, c.state, c.country, c.time_zone
  FROM ({batch}) AS b JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.id
