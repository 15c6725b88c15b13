-- First half: the key table lets deliveries in that were never here before.
INSERT INTO delivery_key (app, token, delivery_id, received_at)
SELECT app, token, id, $1 FROM ({batch}) AS b WHERE true
ON CONFLICT DO NOTHING
RETURNING delivery_id
