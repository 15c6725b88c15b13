-- Numbers, what they can send, and the limit that their portfolio was told last.
SELECT n.id, n.throughput, n.quality, n.rate_cut_to, n.rate_cut_at, n.rate_cut_because,
       coalesce(o.portfolio_id, o.waba_id) AS portfolio,
       (SELECT w.messaging_limit FROM waba w
         WHERE w.tenant_id = $1::uuid
           AND coalesce(w.portfolio_id, w.waba_id) = coalesce(o.portfolio_id, o.waba_id)
         ORDER BY w.messaging_limit_at DESC LIMIT 1) AS messaging_limit
  FROM ({batch}) AS b
  JOIN number n ON n.tenant_id = $1::uuid AND n.id = b.id
  JOIN waba o ON o.tenant_id = $1::uuid AND o.id = n.waba_row_id
 WHERE n.state = 'connected'
 ORDER BY n.id
