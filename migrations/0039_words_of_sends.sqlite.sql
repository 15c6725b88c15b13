-- 0039: by what the same words to the same person are known, so that no program says them twice (F21).

ALTER TABLE send ADD COLUMN words_token blob;
CREATE INDEX send_words ON send (tenant_id, words_token) WHERE words_token IS NOT NULL;
