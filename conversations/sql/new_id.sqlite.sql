-- A uuid7 of the milliseconds $7 (RFC 9562).
printf('%012x7', $7::bigint) || substr(lower(hex(randomblob(2))), 2) || '8'
|| substr(lower(hex(randomblob(8))), 2)
