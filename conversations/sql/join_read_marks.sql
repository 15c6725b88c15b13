-- Each reader has read the joined thread as far as they had read either.
INSERT INTO read_mark (tenant_id, conversation_id, person_id, upto_at, upto_tie)
SELECT tenant_id, $2::uuid, person_id, upto_at, upto_tie
  FROM read_mark
 WHERE tenant_id = $1::uuid AND conversation_id = $3::uuid
    ON CONFLICT (tenant_id, conversation_id, person_id) DO UPDATE
   SET upto_at = excluded.upto_at, upto_tie = excluded.upto_tie
 WHERE (excluded.upto_at, excluded.upto_tie) > (read_mark.upto_at, read_mark.upto_tie)
