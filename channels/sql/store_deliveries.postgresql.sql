-- Store deliveries once each: the key table lets a delivery in or finds that it was here before.
WITH source AS (
    {batch}
), fresh AS (
    INSERT INTO delivery_key (app, token, delivery_id, received_at)
    SELECT app, token, id, $2 FROM source
    ON CONFLICT DO NOTHING
    RETURNING delivery_id
)
INSERT INTO delivery
       (id, app, lane, state, intake_key, body_sealed, received_at, lease_until, fence, attempts)
SELECT s.id, s.app, s.lane, 'stored', $1, s.body_sealed, $2, 0, 0, 0
  FROM source s JOIN fresh f ON f.delivery_id = s.id
