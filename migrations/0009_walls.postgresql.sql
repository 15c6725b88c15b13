-- The walls. Row-level security below every statement: a transaction sees and writes the rows
-- of one tenant, named by the setting app.tenant, or none at all (docs/decisions/0008-walls.md).

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

-- And this where work over the walls needs some columns of all tenants: the rights, as after GRANT.
CREATE FUNCTION rapport_over_wall(walled text, VARIADIC rights text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE POLICY over_wall ON %I TO rapport_across USING (true)', walled);
    EXECUTE format('GRANT %s ON %I TO rapport_across', array_to_string(rights, ', '), walled);
END $$;

SELECT rapport_wall('tenant', 'id');
SELECT rapport_wall(table_name) FROM information_schema.columns
 WHERE table_schema = current_schema() AND column_name = 'tenant_id';

-- Readers follow the events of all tenants and drop what all have passed.
SELECT rapport_over_wall('outbox', 'SELECT', 'DELETE');
GRANT SELECT ON reader TO rapport_across;
-- An account signs in: of which tenants is it a person. Sessions of all tenants expire by one clock.
SELECT rapport_over_wall('person', 'SELECT (tenant_id, id, account_id, role, state)');
SELECT rapport_over_wall('tenant', 'SELECT (id, name, state, allowed_origins)');
SELECT rapport_over_wall('session', 'SELECT (expires_at)', 'DELETE');
SELECT rapport_over_wall('kept_answer', 'SELECT (expires_at)', 'DELETE');
-- The way from a delivery to its tenant, and back into line for what was put aside.
SELECT rapport_over_wall('route', 'SELECT');
SELECT rapport_over_wall('number', 'SELECT (tenant_id, id, waba_row_id, phone_number_id,
    display_phone_number, throughput, state, held_until)');
SELECT rapport_over_wall('waba', 'SELECT (tenant_id, id, portfolio_id)');
SELECT rapport_over_wall('store_route', 'SELECT');
GRANT SELECT ON aside TO rapport_across;
GRANT SELECT (id, state, attempts, fence), UPDATE (state, lease_until, fence)
   ON delivery TO rapport_across;
-- Whoever is free claims and counts for all tenants.
SELECT rapport_over_wall('media', 'SELECT (tenant_id, id, subject_id, number_id, message_id,
    platform_media_id, mime, sha256, state, attempts, due_at, lease_until, fence, created_at)',
    'UPDATE (lease_until, fence, attempts)');
SELECT rapport_over_wall('send', 'SELECT (tenant_id, number_id, state, due_at, lease_until)');
SELECT rapport_over_wall('conversation', 'SELECT (tenant_id, id, state, snoozed_until)');
SELECT rapport_over_wall('import_job', 'SELECT (tenant_id, id, state, lease_until, fence, attempts)',
    'UPDATE (state, lease_until, fence, attempts)');
SELECT rapport_over_wall('import_file', 'SELECT (tenant_id, id, state, created_at)');
SELECT rapport_over_wall('store', 'SELECT (tenant_id, id, state, token_sealed, pull_due_at)');
SELECT rapport_over_wall('cart', 'SELECT (tenant_id, id, state, due_at)');
SELECT rapport_over_wall('consent_entry', 'SELECT (tenant_id, chain_seq)');
SELECT rapport_over_wall('audit_entry', 'SELECT (tenant_id, chain_seq)');
