-- 0014: erasure (F46). Who was erased stays erased: a mark is a hash of an id under a key of its own;
-- the marks of one person bear one origin, the erasure that made them.
CREATE TABLE suppression (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    token bytea NOT NULL,
    origin_id uuid NOT NULL,
    at bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('standing', 'answered', 'lifted')),
    PRIMARY KEY (tenant_id, token)
);
CREATE INDEX suppression_origin ON suppression (tenant_id, origin_id);

-- The marks of a contact who was erased before and came back by themselves.
ALTER TABLE contact ADD COLUMN suppressed_by uuid;

-- One for each person, worked off step by step. ids_sealed: what they were known by, under their own
-- key, as long as there is still something to be found by it.
CREATE TABLE erasure (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    reason text NOT NULL,
    request_id uuid,
    state text NOT NULL CHECK (state IN ('running', 'finished')),
    trouble text,
    ids_sealed bytea,
    receipt text,
    receipt_signature text,
    attempts smallint NOT NULL,
    lease_until bigint NOT NULL,
    fence bigint NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE UNIQUE INDEX erasure_contact ON erasure (tenant_id, contact_id);
CREATE INDEX erasure_due ON erasure (lease_until, id) WHERE state = 'running';

-- What is done, and how many things went; written in the transaction that did it.
CREATE TABLE erasure_step (
    tenant_id uuid NOT NULL,
    erasure_id uuid NOT NULL,
    step text NOT NULL,
    count bigint NOT NULL,
    done_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, erasure_id, step),
    FOREIGN KEY (tenant_id, erasure_id) REFERENCES erasure (tenant_id, id)
);

-- What is found by whose it is.
CREATE INDEX media_subject ON media (tenant_id, subject_id);
CREATE INDEX message_change_subject ON message_change (tenant_id, subject_id);
CREATE INDEX platform_update_subject ON platform_update (tenant_id, subject_id);
CREATE INDEX fulfilment_subject ON fulfilment (tenant_id, subject_id);

SELECT rapport_wall(name) FROM unnest(ARRAY['suppression', 'erasure', 'erasure_step']) AS name;
-- Whoever is free works off the erasures of all tenants.
SELECT rapport_over_wall('erasure', 'SELECT (tenant_id, id, state, lease_until, fence, attempts)',
    'UPDATE (lease_until, fence, attempts)');
