-- 0015: the register of breaches (F47, GDPR 33 and 34), and the people whom each affects. What is
-- written of them is sealed under the house's key.

CREATE TABLE breach (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'reported', 'closed')),
    categories text NOT NULL,
    words_sealed blob NOT NULL,
    known_at integer NOT NULL,
    due_at integer NOT NULL,
    warned integer NOT NULL,
    reported_at integer,
    closed_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX breach_due ON breach (tenant_id, due_at) WHERE state = 'open';

CREATE TABLE breach_person (
    tenant_id text NOT NULL,
    breach_id text NOT NULL,
    contact_id text NOT NULL,
    added_at integer NOT NULL,
    PRIMARY KEY (tenant_id, breach_id, contact_id),
    FOREIGN KEY (tenant_id, breach_id) REFERENCES breach (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX breach_person_contact ON breach_person (tenant_id, contact_id);
