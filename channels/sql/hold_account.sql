-- Nothing leaves from any number of this number's account until then.
UPDATE number SET held_until = $3
 WHERE tenant_id = $1::uuid AND held_until < $3
   AND waba_row_id = (SELECT n.waba_row_id FROM number n
                       WHERE n.tenant_id = $1::uuid AND n.id = $2::uuid)
