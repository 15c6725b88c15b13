-- 0028: legal holds (F46): what of a person the law keeps, until when. kept_sealed is filled when they
-- are erased, under a key of the hold's own (subject_id is its id).
CREATE TABLE legal_hold (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    listed text NOT NULL,
    reason_sealed bytea NOT NULL,
    until_at bigint NOT NULL,
    kept_sealed bytea,
    created_at bigint NOT NULL,
    ended_at bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX legal_hold_contact ON legal_hold (tenant_id, contact_id);
CREATE INDEX legal_hold_until ON legal_hold (until_at) WHERE ended_at IS NULL;

SELECT rapport_wall('legal_hold');
-- They end by one clock for all tenants.
SELECT rapport_over_wall('legal_hold', 'SELECT (tenant_id, id, until_at, ended_at)');
