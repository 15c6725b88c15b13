-- 0021: exports of all that is held on a person (F45). The archive lies on disk, sealed under a key of
-- its own. `place` (a table), `reached` (a key in it), `pages` and `staged` tell how far the gathering
-- is; they move with each page.

ALTER TABLE tenant ADD COLUMN export_days integer NOT NULL DEFAULT 7;
ALTER TABLE tenant ADD COLUMN export_downloads integer NOT NULL DEFAULT 1;

CREATE TABLE personal_export (
    tenant_id text NOT NULL,
    id text NOT NULL,
    contact_id text NOT NULL,
    request_id text,
    person_id text,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'ready', 'failed',
        'cancelled', 'revoked', 'expired')),
    trouble text,
    place text NOT NULL,
    reached text,
    pages integer NOT NULL,
    staged integer NOT NULL,
    done integer NOT NULL,
    total integer,
    size integer,
    downloads integer NOT NULL,
    downloads_left integer NOT NULL,
    attempts integer NOT NULL,
    lease_until integer NOT NULL,
    fence integer NOT NULL,
    created_at integer NOT NULL,
    started_at integer,
    finished_at integer,
    expires_at integer,
    downloaded_at integer,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX personal_export_contact ON personal_export (tenant_id, contact_id);
CREATE UNIQUE INDEX personal_export_request ON personal_export (tenant_id, request_id);
CREATE INDEX personal_export_person ON personal_export (tenant_id, person_id);
CREATE INDEX personal_export_due ON personal_export (lease_until, id)
 WHERE state IN ('queued', 'running');
CREATE INDEX personal_export_expiry ON personal_export (expires_at) WHERE state = 'ready';
CREATE INDEX personal_export_ended ON personal_export (tenant_id, id)
 WHERE state IN ('cancelled', 'revoked', 'expired') AND staged > 0;
