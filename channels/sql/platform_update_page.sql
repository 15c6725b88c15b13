-- One page of what the platform told about accounts, numbers and templates, by its own time.
SELECT u.id, u.field, u.event, u.waba_row_id, u.number_id, u.subject_id, u.payload_sealed, u.at,
       u.received_at
  FROM platform_update u
 WHERE u.tenant_id = $1::uuid
   /* conditions */
 ORDER BY u.at {direction}, u.id {direction}
 LIMIT $2::bigint
