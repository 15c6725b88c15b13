-- Times and holders of identities that were shown again; a value is sealed anew only when the
-- identity went to another person.
UPDATE identity
   SET contact_id = b.contact_id,
       subject_id = b.subject_id,
       value_sealed = coalesce(b.value_sealed, identity.value_sealed),
       state = b.state,
       first_at = b.first_at,
       last_at = b.last_at,
       ended_at = b.ended_at
  FROM ({batch}) AS b
 WHERE identity.tenant_id = $1::uuid AND identity.id = b.id
