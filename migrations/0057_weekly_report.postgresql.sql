-- What worked in a week, and what to change (F43): figures of many, kept as they were told.
CREATE TABLE weekly_report (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    week text NOT NULL,
    document jsonb NOT NULL,
    published_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX weekly_report_week ON weekly_report (tenant_id, week);

SELECT rapport_wall('weekly_report');
