-- Figures that changed suddenly (F42): one is open for each figure and subject. Shares in millionths,
-- durations in microseconds.
CREATE TABLE alert (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    kpi text NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('limit', 'baseline')),
    value bigint,
    expected bigint,
    border bigint,
    rating text,
    counted bigint NOT NULL,
    since bigint NOT NULL,
    cause text,
    cause_value text,
    cause_percent smallint,
    raised_at bigint NOT NULL,
    cleared_at bigint,
    acknowledged_at bigint,
    acknowledged_by uuid,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, acknowledged_by) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX alert_open ON alert (tenant_id, kpi, subject) WHERE cleared_at IS NULL;
CREATE INDEX alert_person ON alert (tenant_id, acknowledged_by);

-- When a tenant's figures (name: figures) are looked at next.
CREATE TABLE alert_check (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    name text NOT NULL,
    due_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
CREATE INDEX alert_check_due ON alert_check (due_at);

-- What is usual of a figure in each quarter of a day of the week, by UTC, and how far it usually is from that.
CREATE TABLE kpi_baseline (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    kpi text NOT NULL,
    slot smallint NOT NULL,
    expected bigint NOT NULL,
    spread bigint NOT NULL,
    learnt_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, kpi, slot)
);

SELECT rapport_wall(name) FROM unnest(ARRAY['alert', 'alert_check', 'kpi_baseline']) AS name;
SELECT rapport_over_wall('alert_check', 'SELECT (tenant_id, due_at)', 'UPDATE (due_at)');
