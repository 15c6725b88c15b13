-- What worked in a week, and what to change (F43): figures of many, kept as they were told.
CREATE TABLE weekly_report (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    week text NOT NULL,
    document text NOT NULL,
    published_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX weekly_report_week ON weekly_report (tenant_id, week);
