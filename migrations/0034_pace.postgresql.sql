-- 0034: how often and when contacts are written to (F22, F23).

-- What rooms above know of a contact, and its learned best hour (0 to 23, by its own clock).
CREATE TABLE contact_pace (
    tenant_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    stage text,
    tier text,
    first_purchase_at bigint,
    best_hour smallint,
    learned_at bigint,
    PRIMARY KEY (tenant_id, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);

-- What a tenant changed of the rules that stand in contacts/pace.toml, a rule each.
CREATE TABLE pace_rule (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    name text NOT NULL,
    value jsonb NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
SELECT rapport_wall(name) FROM unnest(ARRAY['contact_pace', 'pace_rule']) AS name;
