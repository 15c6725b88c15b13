-- 0022: retention (F49): for how many days a tenant keeps a kind of data, where it says so itself.

CREATE TABLE retention_rule (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    kind text NOT NULL,
    days integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX retention_rule_kind ON retention_rule (tenant_id, kind);
