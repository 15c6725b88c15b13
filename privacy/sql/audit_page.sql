-- One page of the audit log: a uuid7 grows with time, so the primary key is the order.
SELECT e.id, e.at, e.actor_kind, e.actor_id, e.action, e.outcome, e.request_id, e.ids
  FROM audit_entry e
 WHERE e.tenant_id = $1::uuid
   /* conditions */
 ORDER BY e.id {direction}
 LIMIT $2::bigint
