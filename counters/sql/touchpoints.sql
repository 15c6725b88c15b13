-- Through which touchpoints they came, the first first.
SELECT u.contact_id, u.touchpoint_id
  FROM ({batch}) AS b JOIN touchpoint_use u ON u.tenant_id = $1::uuid AND u.contact_id = b.id
 ORDER BY u.at, u.id
