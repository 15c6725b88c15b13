SELECT e.id, e.contact_id, e.kind, e.purpose, e.topic, e.provider_at
  FROM ({batch}) AS b JOIN consent_entry e ON e.tenant_id = $1::uuid AND e.id = b.id
