-- 0035: one message to many (F26): mailings, their rows in the ledger, the emergency stop.
-- drops: send_due

-- What goes to everybody of a frozen audience, from one number. The words are sealed for the house;
-- what is personal in them is filled in for each recipient when their message leaves. frozen_upto is
-- the last contact that has a row in the ledger, frozen_at the time at which all have.
CREATE TABLE mailing (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    origin text NOT NULL,
    origin_id uuid NOT NULL,
    number_id uuid NOT NULL,
    template_name text NOT NULL,
    template_language text NOT NULL,
    category text NOT NULL,
    content_sealed bytea NOT NULL,
    topic text NOT NULL,
    pace_kind text NOT NULL,
    per_second integer,
    expires_at bigint,
    state text NOT NULL CHECK (state IN ('running', 'paused', 'cancelled', 'finished')),
    frozen_upto uuid,
    frozen_at bigint,
    total bigint NOT NULL,
    settled_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
);
CREATE INDEX mailing_number ON mailing (tenant_id, number_id);
CREATE INDEX mailing_origin ON mailing (tenant_id, origin_id);
-- Few at any time: those that are not through.
CREATE INDEX mailing_live ON mailing (tenant_id, state) WHERE settled_at IS NULL;

-- How many of a mailing came to which end, counted as they are settled: a million rows are never
-- counted to show how far it is.
CREATE TABLE mailing_count (
    tenant_id uuid NOT NULL,
    mailing_id uuid NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (tenant_id, mailing_id, state, reason),
    FOREIGN KEY (tenant_id, mailing_id) REFERENCES mailing (tenant_id, id)
);

-- The emergency stop: while one is not released, nothing of the tenant leaves.
CREATE TABLE sending_halt (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    at bigint NOT NULL,
    released_at bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX sending_halt_open ON sending_halt (tenant_id) WHERE released_at IS NULL;
CREATE INDEX sending_halt_person ON sending_halt (tenant_id, person_id);

-- What belongs to no mailing stands in a queue of its own, that no mailing makes longer.
ALTER TABLE send ADD COLUMN mailing_id uuid;
DROP INDEX send_due;
CREATE INDEX send_due ON send (tenant_id, number_id, due_at, id)
 WHERE state = 'queued' AND mailing_id IS NULL;
CREATE INDEX send_mailing_due ON send (tenant_id, mailing_id, due_at, id)
 WHERE state = 'queued' AND mailing_id IS NOT NULL;
CREATE INDEX send_mailing ON send (tenant_id, mailing_id, id) WHERE mailing_id IS NOT NULL;

SELECT rapport_wall(name) FROM unnest(ARRAY['mailing', 'mailing_count', 'sending_halt']) AS name;
SELECT rapport_over_wall('mailing',
    'SELECT (tenant_id, id, number_id, per_second, state, frozen_at, settled_at)');
SELECT rapport_over_wall('sending_halt', 'SELECT (tenant_id, released_at)');
GRANT SELECT (mailing_id) ON send TO rapport_across;
