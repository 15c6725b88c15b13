-- The keys of persons, in a database of their own, each wrapped by a version of its tenant's key.
-- Tenant keys live in neither database: without them nothing here opens.
CREATE TABLE person_key (
    tenant_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    tenant_key_version integer NOT NULL,
    wrapped bytea NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, subject_id)
);
CREATE INDEX person_key_version ON person_key (tenant_id, tenant_key_version);
