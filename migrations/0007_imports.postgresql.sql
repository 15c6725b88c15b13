-- Imports: files of contacts and orders, the jobs that read them, what was wrong with which row, and
-- what each job did, so that it can be taken back.

-- A file on disk, sealed in pieces under a key of its own.
CREATE TABLE import_file (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    person_id uuid,
    size bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('stored', 'gone')),
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX import_file_person ON import_file (tenant_id, person_id);
CREATE INDEX import_file_stored ON import_file (created_at) WHERE state = 'stored';

-- Which column of files with these headers (a keyed hash of them) means what.
CREATE TABLE import_mapping (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    kind text NOT NULL CHECK (kind IN ('contacts', 'orders')),
    headers_token bytea NOT NULL,
    columns text NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, headers_token)
);

-- One reading of a file. `round` and `position` tell where the next batch begins; they move in the
-- transaction that writes a batch.
CREATE TABLE import_job (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('contacts', 'orders')),
    file_id uuid NOT NULL,
    person_id uuid,
    is_dry_run smallint NOT NULL CHECK (is_dry_run IN (0, 1)),
    plan_sealed bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'finished', 'failed',
        'cancelled', 'undoing', 'undone')),
    trouble text,
    scattered text,
    round smallint NOT NULL,
    position bigint NOT NULL,
    row_number bigint NOT NULL,
    done bigint NOT NULL,
    total bigint,
    counts text NOT NULL,
    attempts smallint NOT NULL,
    lease_until bigint NOT NULL,
    fence bigint NOT NULL,
    created_at bigint NOT NULL,
    started_at bigint,
    finished_at bigint,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, file_id) REFERENCES import_file (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX import_job_file ON import_job (tenant_id, file_id);
CREATE INDEX import_job_person ON import_job (tenant_id, person_id);
CREATE INDEX import_job_due ON import_job (lease_until, id)
 WHERE state IN ('queued', 'running', 'undoing');

-- What is wrong with a row: where and a code, never the cell. Column -1 is the row as a whole.
CREATE TABLE import_problem (
    tenant_id uuid NOT NULL,
    job_id uuid NOT NULL,
    row_number bigint NOT NULL,
    place integer NOT NULL,
    code text NOT NULL,
    PRIMARY KEY (tenant_id, job_id, row_number, place, code),
    FOREIGN KEY (tenant_id, job_id) REFERENCES import_job (tenant_id, id)
);

-- What a job made or changed: ids, and the codes and times that stood there before.
CREATE TABLE import_effect (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    job_id uuid NOT NULL,
    row_number bigint NOT NULL,
    kind text NOT NULL,
    contact_id uuid,
    object_id uuid NOT NULL,
    before text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, job_id) REFERENCES import_job (tenant_id, id)
);
CREATE INDEX import_effect_job ON import_effect (tenant_id, job_id, id);
CREATE INDEX import_effect_contact ON import_effect (tenant_id, contact_id);
