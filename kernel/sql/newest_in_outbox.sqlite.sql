-- The last event; SQLite's positions commit in order.
SELECT position, id FROM outbox ORDER BY position DESC, id DESC LIMIT 1
