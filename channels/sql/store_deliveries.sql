-- Store deliveries as they come. Whether one was here before is asked when it is drained: looking it
-- up by its token touches a page anywhere in that index, too dear for whoever waits for the answer.
INSERT INTO delivery
       (id, app, token, lane, state, intake_key, body_sealed,
        received_at, lease_until, fence, attempts)
SELECT b.id, b.app, b.token, b.lane, 'stored', $1, b.body_sealed, $2, 0, 0, 0
  FROM ({batch}) AS b
