-- All ids under which these contacts are known, the one shown last first.
SELECT i.id, i.contact_id, i.subject_id, i.kind, i.scope, i.value_sealed, i.state, i.source,
       i.first_at, i.last_at, i.ended_at
  FROM ({batch}) AS b
  JOIN identity i ON i.tenant_id = $1::uuid AND i.contact_id = b.id
 ORDER BY i.contact_id, i.last_at DESC, i.id
