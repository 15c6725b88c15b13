-- Second half, same transaction: store those whose own id stands in the key table.
INSERT INTO delivery
       (id, app, lane, state, intake_key, body_sealed, received_at, lease_until, fence, attempts)
SELECT b.id, b.app, b.lane, 'stored', $1, b.body_sealed, $2, 0, 0, 0
  FROM ({batch}) AS b
  CROSS JOIN delivery_key k
 WHERE k.app = b.app AND k.token = b.token AND k.delivery_id = b.id
