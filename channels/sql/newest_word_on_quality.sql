-- For each number the newest word on its quality; of two of one moment always the same one.
SELECT number_id, event
  FROM (SELECT p.number_id, p.event,
               row_number() OVER (PARTITION BY p.number_id ORDER BY p.at DESC, p.event) AS place
          FROM ({batch}) AS b
          JOIN platform_update p ON p.number_id = b.id
         WHERE p.tenant_id = $1::uuid AND p.field = $2
           AND p.event IN ('FLAGGED', 'DOWNGRADE', 'UNFLAGGED')) AS words
 WHERE place = 1
