-- 0004: answers to changes that a store's system may ask for again (Idempotency-Key), kept for a
-- day. `answer_sealed` is null while the change runs, and for good where its process died.
CREATE TABLE kept_answer (
    tenant_id uuid NOT NULL,
    key_id uuid NOT NULL,
    name_token bytea NOT NULL,
    request_token bytea NOT NULL,
    answer_sealed bytea,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, key_id, name_token),
    FOREIGN KEY (tenant_id, key_id) REFERENCES api_key (tenant_id, id)
);
CREATE INDEX kept_answer_expires ON kept_answer (expires_at);
