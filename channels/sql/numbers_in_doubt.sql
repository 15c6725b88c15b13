-- Numbers of all tenants whose messages may not get out, or did not when it was looked last.
SELECT n.tenant_id, n.id, n.state, n.token_expires_at, n.held_because, n.failures, n.failing_since,
       n.failed_at, w.state AS waba_state, w.restricted_until, o.number_id IS NOT NULL AS is_known
  FROM number n
  JOIN waba w ON w.tenant_id = n.tenant_id AND w.id = n.waba_row_id
  LEFT JOIN outage o
    ON o.tenant_id = n.tenant_id AND o.number_id = n.id AND o.ended_at IS NULL
 WHERE n.held_because IS NOT NULL OR n.failures > 0 OR n.token_expires_at <= $1
    OR w.state <> 'active' OR o.number_id IS NOT NULL
 ORDER BY n.tenant_id
