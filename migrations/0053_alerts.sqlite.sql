-- Figures that changed suddenly (F42): one is open for each figure and subject. Shares in millionths,
-- durations in microseconds.
CREATE TABLE alert (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    kpi text NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('limit', 'baseline')),
    value integer,
    expected integer,
    border integer,
    rating text,
    counted integer NOT NULL,
    since integer NOT NULL,
    cause text,
    cause_value text,
    cause_percent integer,
    raised_at integer NOT NULL,
    cleared_at integer,
    acknowledged_at integer,
    acknowledged_by text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, acknowledged_by) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX alert_open ON alert (tenant_id, kpi, subject) WHERE cleared_at IS NULL;
CREATE INDEX alert_person ON alert (tenant_id, acknowledged_by);

-- When a tenant's figures (name: figures) are looked at next.
CREATE TABLE alert_check (
    tenant_id text NOT NULL REFERENCES tenant (id),
    name text NOT NULL,
    due_at integer NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
CREATE INDEX alert_check_due ON alert_check (due_at);

-- What is usual of a figure in each quarter of a day of the week, by UTC, and how far it usually is from that.
CREATE TABLE kpi_baseline (
    tenant_id text NOT NULL REFERENCES tenant (id),
    kpi text NOT NULL,
    slot integer NOT NULL,
    expected integer NOT NULL,
    spread integer NOT NULL,
    learnt_at integer NOT NULL,
    PRIMARY KEY (tenant_id, kpi, slot)
);
