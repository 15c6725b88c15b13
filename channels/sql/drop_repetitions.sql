-- Of these deliveries, those that another one stands for say nothing new.
DELETE FROM delivery
 WHERE id = ANY (ARRAY(
        SELECT b.id
          FROM ({batch}) AS b
         CROSS JOIN delivery_key k
         WHERE k.app = b.app AND k.token = b.token AND k.delivery_id <> b.id
       ))
RETURNING id
