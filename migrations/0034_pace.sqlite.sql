-- 0034: how often and when contacts are written to (F22, F23).

-- What rooms above know of a contact, and its learned best hour (0 to 23, by its own clock).
CREATE TABLE contact_pace (
    tenant_id text NOT NULL,
    contact_id text NOT NULL,
    stage text,
    tier text,
    first_purchase_at integer,
    best_hour integer,
    learned_at integer,
    PRIMARY KEY (tenant_id, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);

-- What a tenant changed of the rules that stand in contacts/pace.toml, a rule each.
CREATE TABLE pace_rule (
    tenant_id text NOT NULL REFERENCES tenant (id),
    name text NOT NULL,
    value text NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
