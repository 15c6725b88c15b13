-- Messages by number and token of the platform's id: what a reply or reaction is about.
SELECT b.number_id AS asked_number_id, b.token AS asked_token, {columns}
  FROM ({batch}) AS b
  JOIN message_key k
    ON k.tenant_id = $1::uuid AND k.number_id = b.number_id AND k.token = b.token
  JOIN message m ON m.tenant_id = k.tenant_id AND m.id = k.message_id
  {changes}
