-- The keys of persons, in a database of their own, each wrapped by a version of its tenant's key.
-- Tenant keys live in neither database: without them nothing here opens.
CREATE TABLE person_key (
    tenant_id text NOT NULL,
    subject_id text NOT NULL,
    tenant_key_version integer NOT NULL,
    wrapped blob NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id, subject_id)
);
CREATE INDEX person_key_version ON person_key (tenant_id, tenant_key_version);
