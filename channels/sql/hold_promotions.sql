-- No promotions from this number, or from any of its account ($3), until then ($4).
UPDATE number
   SET promotions_held_until = GREATEST(promotions_held_until, $4), promotions_held_because = $5
 WHERE tenant_id = $1::uuid
   AND (id = $2::uuid
        OR $3::boolean AND waba_row_id = (SELECT n.waba_row_id FROM number n
                                           WHERE n.tenant_id = $1::uuid AND n.id = $2::uuid))
