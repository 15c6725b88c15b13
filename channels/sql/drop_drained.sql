-- Drop what is applied and still in the hands that applied it, but for what was put aside. Row by row,
-- by keys, which an array says before the table is looked at: whatever the planner believes of a table
-- that fills and empties all day.
DELETE FROM delivery
 WHERE id = ANY (ARRAY(
        SELECT b.id
          FROM ({batch}) AS b
         WHERE (SELECT d.fence FROM delivery d WHERE d.id = b.id) = b.fence
           AND NOT EXISTS (SELECT 1 FROM aside a WHERE a.delivery_id = b.id)
       ))
