-- 0002: keys of the store's own systems (F3). Of a key only its SHA-256 is kept; `prefix` is the
-- part by which people tell one from another. Two live side by side while one takes over from the
-- other (`replaces_id`).
CREATE TABLE api_key (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    sha256 text NOT NULL,
    scopes jsonb NOT NULL,
    networks jsonb NOT NULL,
    made_by uuid NOT NULL,
    replaces_id uuid,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint,
    used_at bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, made_by) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, replaces_id) REFERENCES api_key (tenant_id, id)
);
CREATE UNIQUE INDEX api_key_sha256 ON api_key (tenant_id, sha256);
CREATE UNIQUE INDEX api_key_replaces ON api_key (tenant_id, replaces_id);
CREATE INDEX api_key_made_by ON api_key (tenant_id, made_by);
