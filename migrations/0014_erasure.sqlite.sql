-- 0014: erasure (F46). Who was erased stays erased: a mark is a hash of an id under a key of its own;
-- the marks of one person bear one origin, the erasure that made them.
CREATE TABLE suppression (
    tenant_id text NOT NULL REFERENCES tenant (id),
    token blob NOT NULL,
    origin_id text NOT NULL,
    at integer NOT NULL,
    state text NOT NULL CHECK (state IN ('standing', 'answered', 'lifted')),
    PRIMARY KEY (tenant_id, token)
);
CREATE INDEX suppression_origin ON suppression (tenant_id, origin_id);

-- The marks of a contact who was erased before and came back by themselves.
ALTER TABLE contact ADD COLUMN suppressed_by text;

-- One for each person, worked off step by step. ids_sealed: what they were known by, under their own
-- key, as long as there is still something to be found by it.
CREATE TABLE erasure (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    contact_id text NOT NULL,
    reason text NOT NULL,
    request_id text,
    state text NOT NULL CHECK (state IN ('running', 'finished')),
    trouble text,
    ids_sealed blob,
    receipt text,
    receipt_signature text,
    attempts integer NOT NULL,
    lease_until integer NOT NULL,
    fence integer NOT NULL,
    created_at integer NOT NULL,
    finished_at integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE UNIQUE INDEX erasure_contact ON erasure (tenant_id, contact_id);
CREATE INDEX erasure_due ON erasure (lease_until, id) WHERE state = 'running';

-- What is done, and how many things went; written in the transaction that did it.
CREATE TABLE erasure_step (
    tenant_id text NOT NULL,
    erasure_id text NOT NULL,
    step text NOT NULL,
    count integer NOT NULL,
    done_at integer NOT NULL,
    PRIMARY KEY (tenant_id, erasure_id, step),
    FOREIGN KEY (tenant_id, erasure_id) REFERENCES erasure (tenant_id, id)
);

-- What is found by whose it is.
CREATE INDEX media_subject ON media (tenant_id, subject_id);
CREATE INDEX message_change_subject ON message_change (tenant_id, subject_id);
CREATE INDEX platform_update_subject ON platform_update (tenant_id, subject_id);
CREATE INDEX fulfilment_subject ON fulfilment (tenant_id, subject_id);
