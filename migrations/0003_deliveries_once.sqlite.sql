-- A delivery keeps its token until it is drained, where repetitions are now told apart.
ALTER TABLE delivery ADD COLUMN token blob;
UPDATE delivery SET token = (SELECT k.token FROM delivery_key k WHERE k.delivery_id = delivery.id);
