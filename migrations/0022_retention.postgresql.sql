-- 0022: retention (F49): for how many days a tenant keeps a kind of data, where it says so itself.

CREATE TABLE retention_rule (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    kind text NOT NULL,
    days bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX retention_rule_kind ON retention_rule (tenant_id, kind);
SELECT rapport_wall('retention_rule');
