-- What numbers may send, and what they and their portfolio have used of it since $2.
SELECT n.id, n.throughput, n.quality, n.rate_cut_to, n.rate_cut_at, n.rate_cut_because,
       n.promotions_held_until, n.promotions_held_because, n.platform_status, n.account_mode,
       n.asked_at,
       (SELECT w.messaging_limit FROM waba w
         WHERE w.tenant_id = $1::uuid
           AND coalesce(w.portfolio_id, w.waba_id) = coalesce(o.portfolio_id, o.waba_id)
         ORDER BY w.messaging_limit_at DESC LIMIT 1) AS messaging_limit,
       (SELECT count(*) FROM reservation r
         WHERE r.tenant_id = $1::uuid AND r.portfolio = coalesce(o.portfolio_id, o.waba_id)
           AND r.at > $2) AS people_reached
  FROM ({batch}) AS b
  JOIN number n ON n.tenant_id = $1::uuid AND n.id = b.id
  JOIN waba o ON o.tenant_id = $1::uuid AND o.id = n.waba_row_id
