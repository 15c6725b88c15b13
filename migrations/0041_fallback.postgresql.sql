-- 0041: outages of numbers, and what goes by e-mail meanwhile (F25).

-- Attempts in a row that the platform did not answer, or answered with a fault of its own.
ALTER TABLE number
    ADD COLUMN failures integer NOT NULL DEFAULT 0,
    ADD COLUMN failing_since bigint,
    ADD COLUMN failed_at bigint;

CREATE TABLE outage (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    number_id uuid NOT NULL,
    reason text NOT NULL,
    began_at bigint NOT NULL,
    ended_at bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
);
CREATE INDEX outage_number ON outage (tenant_id, number_id, began_at);
CREATE UNIQUE INDEX outage_now ON outage (tenant_id, number_id) WHERE ended_at IS NULL;

-- What waits and what goes by e-mail: by a template's name, or else by what the message is.
CREATE TABLE fallback_rule (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    kind text NOT NULL CHECK (kind IN ('template', 'pace_kind')),
    name text NOT NULL,
    way text NOT NULL CHECK (way IN ('wait', 'email')),
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, name)
);

-- By which way alone a send may go; neither is decided where it is empty.
ALTER TABLE send ADD COLUMN way text CHECK (way IN ('email', 'whatsapp'));

SELECT rapport_wall(name) FROM unnest(ARRAY['outage', 'fallback_rule']) AS name;
SELECT rapport_over_wall('outage', 'SELECT (tenant_id, number_id, ended_at)');
GRANT SELECT (token_expires_at, held_because, failures, failing_since, failed_at)
   ON number TO rapport_across;
GRANT SELECT (state, restricted_until) ON waba TO rapport_across;
GRANT SELECT (way) ON send TO rapport_across;
