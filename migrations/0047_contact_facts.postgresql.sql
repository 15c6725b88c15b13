-- 0047: what the orders and messages of a contact come to (F36); amounts in the tenant's currency.

-- due_at: when the passing of time alone changes the row next. A contact goes with its facts.
CREATE TABLE contact_facts (
    tenant_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    first_order_at bigint,
    last_order_at bigint,
    orders integer NOT NULL,
    spent bigint NOT NULL,
    spent_net bigint NOT NULL,
    first_order bigint,
    largest_order bigint,
    orders_30d integer NOT NULL,
    orders_90d integer NOT NULL,
    orders_180d integer NOT NULL,
    orders_365d integer NOT NULL,
    spent_365d bigint NOT NULL,
    last_inbound_at bigint,
    last_outbound_at bigint,
    last_read_at bigint,
    inbound_30d integer NOT NULL,
    clicks_7d integer NOT NULL,
    r smallint,
    f smallint,
    m smallint,
    rn smallint,
    fn smallint,
    mn smallint,
    rfm_segment text,
    recency_class text,
    frequency_class text,
    tier text,
    value_class text,
    stage text,
    computed_at bigint NOT NULL,
    due_at bigint,
    PRIMARY KEY (tenant_id, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_facts_due ON contact_facts (due_at) WHERE due_at IS NOT NULL;
SELECT rapport_wall('contact_facts');
SELECT rapport_over_wall('contact_facts', 'SELECT (tenant_id, contact_id, due_at)');
