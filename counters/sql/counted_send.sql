SELECT s.id, s.contact_id, s.state, s.created_at, s.template_name,
       s.wamid_token IS NOT NULL AS has_left,
       CASE WHEN s.origin = 'campaign' THEN s.origin_id END AS campaign_id
  FROM ({batch}) AS b JOIN send s ON s.tenant_id = $1::uuid AND s.id = b.id
