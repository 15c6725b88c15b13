-- 0017: preferences (F12): what marketing is about, and how many days apart somebody wants it.

CREATE TABLE topic (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    names text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'archived')),
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX topic_code ON topic (tenant_id, code);

SELECT rapport_wall('topic');

-- 0: as it comes.
ALTER TABLE contact ADD COLUMN marketing_gap_days smallint NOT NULL DEFAULT 0;
