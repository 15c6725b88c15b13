-- What these orders belong to, held so that nobody else says so meanwhile.
SELECT a.order_id, a.evidence, a.send_id, a.campaign_id, a.touchpoint_id, a.touched_at
  FROM attribution a
 WHERE a.tenant_id = $1::uuid AND a.order_id IN (SELECT b.id FROM ({batch}) AS b)
 ORDER BY a.order_id
   FOR UPDATE OF a
