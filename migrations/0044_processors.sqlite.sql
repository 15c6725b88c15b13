-- 0044: processors that are told of erasures, and when each was (F46).

CREATE TABLE processor (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    secret_sealed blob NOT NULL,
    created_at integer NOT NULL,
    removed_at integer,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE processor_notice (
    tenant_id text NOT NULL,
    erasure_id text NOT NULL,
    processor_id text NOT NULL,
    told_at integer,
    trouble text,
    PRIMARY KEY (tenant_id, erasure_id, processor_id),
    FOREIGN KEY (tenant_id, erasure_id) REFERENCES erasure (tenant_id, id),
    FOREIGN KEY (tenant_id, processor_id) REFERENCES processor (tenant_id, id)
);
CREATE INDEX processor_notice_processor ON processor_notice (tenant_id, processor_id);
