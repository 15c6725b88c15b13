-- Nothing leaves from this number until then.
UPDATE number SET held_until = $3
 WHERE tenant_id = $1::uuid AND id = $2::uuid AND held_until < $3
