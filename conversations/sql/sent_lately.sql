-- What has gone to these contacts since $2, or may have, besides what serves them.
SELECT s.contact_id, s.attempted_at AS at, s.pace_kind, s.category, s.origin_id, s.template_name
  FROM ({batch}) AS b
  JOIN send s ON s.tenant_id = $1::uuid AND s.contact_id = b.contact_id
   AND s.pace_kind <> 'service' AND s.attempted_at > $2
   AND s.state IN ('claimed', 'unknown', 'sent')
