-- From the platform's ids to tenants and rows, with the portfolio that scopes user ids.
SELECT r.kind, r.external_id, r.tenant_id, n.id AS number_id, n.display_phone_number,
       coalesce(n.waba_row_id, r.target_id) AS waba_row_id, w.portfolio_id
  FROM ({batch}) AS b
  JOIN route r ON r.kind = b.kind AND r.external_id = b.external_id
  LEFT JOIN number n ON r.kind = 'number' AND n.tenant_id = r.tenant_id AND n.id = r.target_id
  LEFT JOIN waba w ON w.tenant_id = r.tenant_id AND w.id = coalesce(n.waba_row_id, r.target_id)
