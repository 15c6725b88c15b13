-- The wall around the keys of persons, as in the main database (docs/decisions/0008-walls.md).

-- Two roles without sign-in. A program takes one of them in each transaction: rapport_app, which sees
-- the rows of the tenant at work, or rapport_across, which sees a few columns of all. Whoever signs in
-- must be a member of both; neither owns anything. An owner that may not make roles finds them made.
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['rapport_app', 'rapport_across'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database of this server was migrated at the same time
            END;
        END IF;
        IF NOT pg_has_role(current_user, name, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', name);
        END IF;
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), name);
    END LOOP;
    -- What is added later is open to the app; the wall of a tenants' table decides which rows are.
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I'
                   ' GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO rapport_app', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO rapport_app',
                   current_schema());
END $$;

-- Which steps were applied is no secret, and nobody but the owner writes it.
REVOKE ALL ON schema_migration FROM rapport_app;
GRANT SELECT ON schema_migration TO PUBLIC;

-- Every migration that makes a tenants' table calls this once for it.
CREATE FUNCTION rapport_wall(walled text, tenant_column text DEFAULT 'tenant_id') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', walled);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', walled);
    -- Without a tenant the setting is missing or empty, and no row fits.
    EXECUTE format('CREATE POLICY wall ON %I USING
                        (%I = nullif(current_setting(''app.tenant'', true), '''')::uuid)',
                   walled, tenant_column);
END $$;

SELECT rapport_wall('person_key');
