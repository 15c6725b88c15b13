-- 0035: one message to many (F26): mailings, their rows in the ledger, the emergency stop.
-- drops: send_due

-- What goes to everybody of a frozen audience, from one number. The words are sealed for the house;
-- what is personal in them is filled in for each recipient when their message leaves. frozen_upto is
-- the last contact that has a row in the ledger, frozen_at the time at which all have.
CREATE TABLE mailing (
    tenant_id text NOT NULL,
    id text NOT NULL,
    origin text NOT NULL,
    origin_id text NOT NULL,
    number_id text NOT NULL,
    template_name text NOT NULL,
    template_language text NOT NULL,
    category text NOT NULL,
    content_sealed blob NOT NULL,
    topic text NOT NULL,
    pace_kind text NOT NULL,
    per_second integer,
    expires_at integer,
    state text NOT NULL CHECK (state IN ('running', 'paused', 'cancelled', 'finished')),
    frozen_upto text,
    frozen_at integer,
    total integer NOT NULL,
    settled_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
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
    tenant_id text NOT NULL,
    mailing_id text NOT NULL,
    state text NOT NULL,
    reason text NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (tenant_id, mailing_id, state, reason),
    FOREIGN KEY (tenant_id, mailing_id) REFERENCES mailing (tenant_id, id)
);

-- The emergency stop: while one is not released, nothing of the tenant leaves.
CREATE TABLE sending_halt (
    tenant_id text NOT NULL,
    id text NOT NULL,
    person_id text NOT NULL,
    at integer NOT NULL,
    released_at integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX sending_halt_open ON sending_halt (tenant_id) WHERE released_at IS NULL;
CREATE INDEX sending_halt_person ON sending_halt (tenant_id, person_id);

-- What belongs to no mailing stands in a queue of its own, that no mailing makes longer.
ALTER TABLE send ADD COLUMN mailing_id text;
DROP INDEX send_due;
CREATE INDEX send_due ON send (tenant_id, number_id, due_at, id)
 WHERE state = 'queued' AND mailing_id IS NULL;
CREATE INDEX send_mailing_due ON send (tenant_id, mailing_id, due_at, id)
 WHERE state = 'queued' AND mailing_id IS NOT NULL;
CREATE INDEX send_mailing ON send (tenant_id, mailing_id, id) WHERE mailing_id IS NOT NULL;
