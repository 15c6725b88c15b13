-- 0015: the register of breaches (F47, GDPR 33 and 34), and the people whom each affects. What is
-- written of them is sealed under the house's key.

CREATE TABLE breach (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'reported', 'closed')),
    categories jsonb NOT NULL,
    words_sealed bytea NOT NULL,
    known_at bigint NOT NULL,
    due_at bigint NOT NULL,
    warned smallint NOT NULL,
    reported_at bigint,
    closed_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX breach_due ON breach (tenant_id, due_at) WHERE state = 'open';

CREATE TABLE breach_person (
    tenant_id uuid NOT NULL,
    breach_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    added_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, breach_id, contact_id),
    FOREIGN KEY (tenant_id, breach_id) REFERENCES breach (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX breach_person_contact ON breach_person (tenant_id, contact_id);

SELECT rapport_wall(name) FROM unnest(ARRAY['breach', 'breach_person']) AS name;
-- Breaches of all tenants fall due by one clock.
SELECT rapport_over_wall('breach', 'SELECT (tenant_id, state, due_at, warned)');
