-- The orders with these ids of a shop, held so that nobody folds them meanwhile; in one order, so
-- that workers wait for each other and never block each other.
SELECT o.*
  FROM shop_order o
 WHERE o.tenant_id = $1::uuid AND o.store_id = $2::uuid
   AND o.external_id = ANY (ARRAY(SELECT b.external_id FROM ({batch}) AS b))
 ORDER BY o.id
   FOR UPDATE OF o
