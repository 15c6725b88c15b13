-- 0017: preferences (F12): what marketing is about, and how many days apart somebody wants it.

CREATE TABLE topic (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    names text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'archived')),
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX topic_code ON topic (tenant_id, code);

-- 0: as it comes.
ALTER TABLE contact ADD COLUMN marketing_gap_days integer NOT NULL DEFAULT 0;
