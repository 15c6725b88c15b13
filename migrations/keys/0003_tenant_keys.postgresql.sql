-- Which version of a tenant's key wraps its persons' keys, and since when a key that was dropped can
-- still be opened in an old copy: then the version has to be turned (kernel/turning.py).
CREATE TABLE tenant_key (
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    version integer NOT NULL,
    made_at bigint NOT NULL,
    dropped_at bigint,
    PRIMARY KEY (tenant_id, kind)
);

-- FORCE keeps even the owner from reading across: the wall is down for this statement alone.
ALTER TABLE person_key NO FORCE ROW LEVEL SECURITY;
INSERT INTO tenant_key (tenant_id, kind, version, made_at)
SELECT tenant_id, 'persons', max(tenant_key_version), min(created_at) FROM person_key GROUP BY tenant_id;
ALTER TABLE person_key FORCE ROW LEVEL SECURITY;

SELECT rapport_wall('tenant_key');

-- Whoever is free turns the keys of all tenants.
CREATE FUNCTION rapport_over_wall(walled text, VARIADIC rights text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY over_wall ON %I TO rapport_across USING (true)', walled);
    EXECUTE format('GRANT %s ON %I TO rapport_across', array_to_string(rights, ', '), walled);
END $$;
SELECT rapport_over_wall('tenant_key', 'SELECT (tenant_id, kind, version, dropped_at)');
