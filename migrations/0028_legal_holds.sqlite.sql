-- 0028: legal holds (F46): what of a person the law keeps, until when. kept_sealed is filled when they
-- are erased, under a key of the hold's own (subject_id is its id).
CREATE TABLE legal_hold (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    subject_id text NOT NULL,
    contact_id text NOT NULL,
    listed text NOT NULL,
    reason_sealed blob NOT NULL,
    until_at integer NOT NULL,
    kept_sealed blob,
    created_at integer NOT NULL,
    ended_at integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX legal_hold_contact ON legal_hold (tenant_id, contact_id);
CREATE INDEX legal_hold_until ON legal_hold (until_at) WHERE ended_at IS NULL;
