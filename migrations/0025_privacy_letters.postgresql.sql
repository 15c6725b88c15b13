-- 0025: what persons are told about what they asked for by law (F47), and one-time codes for who asks.

-- What a person is to be told: a one-time code, or what became of their request. Who asked on the
-- page and is not known here has a row without a request, so that both are answered alike.
CREATE TABLE privacy_letter (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('code', 'extended', 'refused', 'done')),
    request_id uuid,
    subject_id uuid,
    -- For whom a code was asked, as a keyed hash of what they gave.
    asked_token bytea,
    locale text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'sent', 'used', 'untold')),
    way text CHECK (way IN ('message', 'template', 'email')),
    code_token bytea,
    code_until bigint,
    tries smallint NOT NULL,
    due_at bigint NOT NULL,
    lease_until bigint NOT NULL,
    fence bigint NOT NULL,
    attempts smallint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES privacy_request (tenant_id, id)
);
CREATE INDEX privacy_letter_waiting ON privacy_letter (tenant_id, due_at) WHERE state = 'waiting';
CREATE INDEX privacy_letter_request ON privacy_letter (tenant_id, request_id, id);
CREATE INDEX privacy_letter_asked ON privacy_letter (tenant_id, asked_token, created_at);

SELECT rapport_wall('privacy_letter');
-- Whoever is free sends the letters of all tenants.
SELECT rapport_over_wall('privacy_letter', 'SELECT (tenant_id, state, due_at, lease_until)');
