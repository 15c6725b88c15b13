-- A tenant that leaves (F1): exported, waiting for the time of grace to end, then destroyed.
CREATE TABLE tenant_closing (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('exporting', 'waiting', 'destroying', 'called_off')),
    due_at bigint,
    size bigint,
    lease_until bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tenant_closing_now ON tenant_closing (tenant_id) WHERE state <> 'called_off';

SELECT rapport_wall('tenant_closing');
SELECT rapport_over_wall('tenant_closing', 'SELECT (tenant_id, id, state, due_at, lease_until)',
    'UPDATE (lease_until)');
