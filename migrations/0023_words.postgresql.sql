-- By which words a message is found: keyed hashes of them, of the person whose message it is.
CREATE TABLE message_word (
    tenant_id uuid NOT NULL,
    token bytea NOT NULL,
    message_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, token, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subject (tenant_id, id)
);
CREATE INDEX message_word_message ON message_word (tenant_id, message_id);
CREATE INDEX message_word_subject ON message_word (tenant_id, subject_id);
SELECT rapport_wall('message_word');
