-- 0059: what is only noted is read by a reader of its own, from where the one stands that noted it.

INSERT INTO reader (name, position, event_id, lease_until, fence)
SELECT 'notes', position, event_id, 0, 0 FROM reader WHERE name = 'reactions';
