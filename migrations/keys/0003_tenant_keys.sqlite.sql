-- Which version of a tenant's key wraps its persons' keys, and since when a key that was dropped can
-- still be opened in an old copy: then the version has to be turned (kernel/turning.py).
CREATE TABLE tenant_key (
    tenant_id text NOT NULL,
    kind text NOT NULL,
    version integer NOT NULL,
    made_at integer NOT NULL,
    dropped_at integer,
    PRIMARY KEY (tenant_id, kind)
);
INSERT INTO tenant_key (tenant_id, kind, version, made_at)
SELECT tenant_id, 'persons', max(tenant_key_version), min(created_at) FROM person_key GROUP BY tenant_id;
