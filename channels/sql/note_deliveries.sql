-- The first that bears a token stands for all that come after it, for as long as the key is kept.
INSERT INTO delivery_key (app, token, delivery_id, received_at)
SELECT app, token, id, received_at FROM ({batch}) AS b WHERE true
ON CONFLICT DO NOTHING
