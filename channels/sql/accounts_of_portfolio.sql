-- All accounts of the portfolio that a number belongs to, with the limit that each was told last.
SELECT coalesce(w.portfolio_id, w.waba_id) AS portfolio, w.messaging_limit, w.messaging_limit_at
  FROM number n
  JOIN waba o ON o.tenant_id = $1::uuid AND o.id = n.waba_row_id
  JOIN waba w ON w.tenant_id = $1::uuid
   AND coalesce(w.portfolio_id, w.waba_id) = coalesce(o.portfolio_id, o.waba_id)
 WHERE n.tenant_id = $1::uuid AND n.id = $2::uuid
 ORDER BY w.id
 /* hold */
