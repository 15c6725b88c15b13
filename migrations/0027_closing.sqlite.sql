-- A tenant that leaves (F1): exported, waiting for the time of grace to end, then destroyed.
CREATE TABLE tenant_closing (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    state text NOT NULL CHECK (state IN ('exporting', 'waiting', 'destroying', 'called_off')),
    due_at integer,
    size integer,
    lease_until integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tenant_closing_now ON tenant_closing (tenant_id) WHERE state <> 'called_off';
