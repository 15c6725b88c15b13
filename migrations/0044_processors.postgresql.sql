-- 0044: processors that are told of erasures, and when each was (F46).

CREATE TABLE processor (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    secret_sealed bytea NOT NULL,
    created_at bigint NOT NULL,
    removed_at bigint,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE processor_notice (
    tenant_id uuid NOT NULL,
    erasure_id uuid NOT NULL,
    processor_id uuid NOT NULL,
    told_at bigint,
    trouble text,
    PRIMARY KEY (tenant_id, erasure_id, processor_id),
    FOREIGN KEY (tenant_id, erasure_id) REFERENCES erasure (tenant_id, id),
    FOREIGN KEY (tenant_id, processor_id) REFERENCES processor (tenant_id, id)
);
CREATE INDEX processor_notice_processor ON processor_notice (tenant_id, processor_id);

SELECT rapport_wall(name) FROM unnest(ARRAY['processor', 'processor_notice']) AS name;
