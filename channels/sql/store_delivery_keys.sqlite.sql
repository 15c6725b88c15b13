-- First half: which of these deliveries were never here before.
INSERT INTO delivery_key (app, token, delivery_id, received_at)
SELECT app, token, id, $1 FROM ({batch}) AS b WHERE true
ON CONFLICT DO NOTHING
