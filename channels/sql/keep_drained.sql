-- What of it was put aside stays as it came.
UPDATE delivery SET state = 'drained', lease_until = 0
  FROM ({batch}) AS b
 WHERE delivery.id = b.id AND delivery.fence = b.fence
