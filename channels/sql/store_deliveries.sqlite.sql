-- Second half, same transaction: store those that the key table let in.
INSERT INTO delivery
       (id, app, lane, state, intake_key, body_sealed, received_at, lease_until, fence, attempts)
SELECT b.id, b.app, b.lane, 'stored', $1, b.body_sealed, $2, 0, 0, 0
  FROM ({batch}) AS b
