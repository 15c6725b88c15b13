-- 0041: outages of numbers, and what goes by e-mail meanwhile (F25).

-- Attempts in a row that the platform did not answer, or answered with a fault of its own.
ALTER TABLE number ADD COLUMN failures integer NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN failing_since integer;
ALTER TABLE number ADD COLUMN failed_at integer;

CREATE TABLE outage (
    tenant_id text NOT NULL,
    id text NOT NULL,
    number_id text NOT NULL,
    reason text NOT NULL,
    began_at integer NOT NULL,
    ended_at integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
);
CREATE INDEX outage_number ON outage (tenant_id, number_id, began_at);
CREATE UNIQUE INDEX outage_now ON outage (tenant_id, number_id) WHERE ended_at IS NULL;

-- What waits and what goes by e-mail: by a template's name, or else by what the message is.
CREATE TABLE fallback_rule (
    tenant_id text NOT NULL REFERENCES tenant (id),
    kind text NOT NULL CHECK (kind IN ('template', 'pace_kind')),
    name text NOT NULL,
    way text NOT NULL CHECK (way IN ('wait', 'email')),
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, kind, name)
);

-- By which way alone a send may go; neither is decided where it is empty.
ALTER TABLE send ADD COLUMN way text CHECK (way IN ('email', 'whatsapp'));
