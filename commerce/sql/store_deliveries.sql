-- Store shops' deliveries once each: the token of a repeated one is here already.
INSERT INTO store_delivery
       (id, store_id, token, topic, state, intake_key, body_sealed, triggered_at,
        received_at, lease_until, fence, attempts)
SELECT b.id, b.store_id, b.token, b.topic, 'stored', $1, b.body_sealed, b.triggered_at, $2, 0, 0, 0
  FROM ({batch}) AS b
 WHERE true
 ORDER BY b.token
    ON CONFLICT DO NOTHING
