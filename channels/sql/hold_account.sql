-- Nothing leaves from any number of this number's account until then ($3); since when and why they ail
-- stays until something is accepted again.
UPDATE number
   SET held_until = GREATEST(held_until, $3), held_since = coalesce(held_since, $4),
       held_because = $5
 WHERE tenant_id = $1::uuid
   AND waba_row_id = (SELECT n.waba_row_id FROM number n
                       WHERE n.tenant_id = $1::uuid AND n.id = $2::uuid)
