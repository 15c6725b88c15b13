-- Nothing leaves from this number until then ($3); since when and why it ails stays until something is
-- accepted again.
UPDATE number
   SET held_until = GREATEST(held_until, $3), held_since = coalesce(held_since, $4),
       held_because = $5
 WHERE tenant_id = $1::uuid AND id = $2::uuid
