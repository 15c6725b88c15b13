-- Of these deliveries, those with an update put aside whose number, or whose account where it names no
-- number, is connected now: back in line, out of the hands of the worker that put it aside.
UPDATE delivery SET state = 'stored', lease_until = 0, fence = fence + 1
 WHERE attempts < $1 AND state <> 'dead'
   AND id IN (
        SELECT a.delivery_id
          FROM ({batch}) AS b
          JOIN aside a ON a.delivery_id = b.id
          JOIN route r ON (r.kind = 'number' AND r.external_id = a.phone_number_id)
            OR (r.kind = 'waba' AND a.phone_number_id = '' AND r.external_id = a.waba_id)
       )
RETURNING id
