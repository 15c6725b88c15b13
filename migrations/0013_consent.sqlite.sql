-- 0013: consent that can be proved (F9, F11): wordings, requests for the second yes, and what a step
-- of the ledger rests on.

ALTER TABLE tenant ADD COLUMN consent_hours integer NOT NULL DEFAULT 48;
ALTER TABLE tenant ADD COLUMN consent_purge_days integer NOT NULL DEFAULT 30;

-- Ids, codes and hashes only, so that they tell the same when the person is erased.
ALTER TABLE consent_entry ADD COLUMN request_id text;
ALTER TABLE consent_entry ADD COLUMN touchpoint_id text;
ALTER TABLE consent_entry ADD COLUMN wording_id text;
ALTER TABLE consent_entry ADD COLUMN text_hash text;
ALTER TABLE consent_entry ADD COLUMN notice text;
ALTER TABLE consent_entry ADD COLUMN actor_kind text;
ALTER TABLE consent_entry ADD COLUMN actor_id text;
ALTER TABLE consent_entry ADD COLUMN prompt_id text;
ALTER TABLE consent_entry ADD COLUMN answer_id text;

-- What people are asked to agree to. A change is a new version; no row is ever written over.
CREATE TABLE consent_wording (
    tenant_id text NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    locale text NOT NULL,
    version integer NOT NULL,
    purpose text NOT NULL,
    topic text NOT NULL,
    statement text NOT NULL,
    prompt text NOT NULL,
    notice text NOT NULL,
    template_name text,
    answered_by text NOT NULL CHECK (answered_by IN ('buttons', 'link')),
    text_hash text NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX consent_wording_version ON consent_wording (tenant_id, name, locale, version);

-- A first yes that waits for the second; `due_at` is when something is to be done about it.
CREATE TABLE consent_request (
    tenant_id text NOT NULL,
    id text NOT NULL,
    contact_id text NOT NULL,
    subject_id text NOT NULL,
    purpose text NOT NULL,
    topic text NOT NULL,
    wording_id text NOT NULL,
    touchpoint_id text,
    number_id text,
    state text NOT NULL CHECK (state IN ('pending', 'confirmed', 'refused', 'expired', 'withdrawn')),
    asked_at integer NOT NULL,
    decided_at integer NOT NULL,
    prompt_id text,
    prompted_at integer,
    prompt_hash text,
    trouble text,
    incentive_sealed blob,
    released_at integer,
    link_used_at integer,
    expires_at integer NOT NULL,
    due_at integer,
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, wording_id) REFERENCES consent_wording (tenant_id, id)
);
CREATE UNIQUE INDEX consent_request_pending
    ON consent_request (tenant_id, contact_id, purpose, topic) WHERE state = 'pending';
CREATE INDEX consent_request_contact ON consent_request (tenant_id, contact_id);
CREATE INDEX consent_request_subject ON consent_request (tenant_id, subject_id);
CREATE INDEX consent_request_wording ON consent_request (tenant_id, wording_id);
CREATE INDEX consent_request_due ON consent_request (due_at);
