-- Whoever makes statuses and messages meet, of these numbers, does so one after the other: of two that
-- run beside each other, neither would see what the other has not committed yet.
SELECT n.id
  FROM ({batch}) AS b
  JOIN number n ON n.tenant_id = $1::uuid AND n.id = b.id
 ORDER BY n.id
   FOR NO KEY UPDATE OF n
