-- A uuid7 of the milliseconds $7 (RFC 9562); PostgreSQL makes them itself from 18 on alone.
(lpad(to_hex($7::bigint), 12, '0') || '7'
 || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
