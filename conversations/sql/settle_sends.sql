-- The results of attempts, in one statement. A worker that lost its lease, or whose send was settled
-- by an echo meanwhile, changes nothing. What goes back without a wait keeps its place in the queue.
UPDATE send
   SET state = b.state,
       due_at = GREATEST(send.due_at, b.due_at),
       lease_until = b.lease_until,
       wamid_token = b.wamid_token,
       error_code = b.error_code,
       decision = b.decision,
       settled_at = b.settled_at
  FROM ({batch}) AS b
 WHERE send.tenant_id = $1::uuid AND send.id = b.id AND send.fence = b.fence
   AND send.state IN ('claimed', 'unknown')
RETURNING send.id
