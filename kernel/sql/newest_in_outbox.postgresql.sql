-- The last event that no open transaction can still slip in front of.
SELECT position, id
  FROM outbox
 WHERE position < (/* horizon */)
 ORDER BY position DESC, id DESC
 LIMIT 1
