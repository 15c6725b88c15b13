-- Whether a score follows what a colleague put right of the same words: 1 or 0.
ALTER TABLE message_score ADD COLUMN learnt integer NOT NULL DEFAULT 0;
