-- 0013: consent that can be proved (F9, F11): wordings, requests for the second yes, and what a step
-- of the ledger rests on.

ALTER TABLE tenant ADD COLUMN consent_hours integer NOT NULL DEFAULT 48;
ALTER TABLE tenant ADD COLUMN consent_purge_days integer NOT NULL DEFAULT 30;

-- Ids, codes and hashes only, so that they tell the same when the person is erased.
ALTER TABLE consent_entry ADD COLUMN request_id uuid;
ALTER TABLE consent_entry ADD COLUMN touchpoint_id uuid;
ALTER TABLE consent_entry ADD COLUMN wording_id uuid;
ALTER TABLE consent_entry ADD COLUMN text_hash text;
ALTER TABLE consent_entry ADD COLUMN notice text;
ALTER TABLE consent_entry ADD COLUMN actor_kind text;
ALTER TABLE consent_entry ADD COLUMN actor_id uuid;
ALTER TABLE consent_entry ADD COLUMN prompt_id uuid;
ALTER TABLE consent_entry ADD COLUMN answer_id uuid;

-- What people are asked to agree to. A change is a new version; no row is ever written over.
CREATE TABLE consent_wording (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
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
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX consent_wording_version ON consent_wording (tenant_id, name, locale, version);

-- A first yes that waits for the second; `due_at` is when something is to be done about it.
CREATE TABLE consent_request (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    purpose text NOT NULL,
    topic text NOT NULL,
    wording_id uuid NOT NULL,
    touchpoint_id uuid,
    number_id uuid,
    state text NOT NULL CHECK (state IN ('pending', 'confirmed', 'refused', 'expired', 'withdrawn')),
    asked_at bigint NOT NULL,
    decided_at bigint NOT NULL,
    prompt_id uuid,
    prompted_at bigint,
    prompt_hash text,
    trouble text,
    incentive_sealed bytea,
    released_at bigint,
    link_used_at bigint,
    expires_at bigint NOT NULL,
    due_at bigint,
    created_at bigint NOT NULL,
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

SELECT rapport_wall(name) FROM unnest(ARRAY['consent_wording', 'consent_request']) AS name;
SELECT rapport_over_wall('consent_request', 'SELECT (tenant_id, due_at)');
