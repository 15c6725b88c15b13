-- What tenants want their KPIs to be (F41), in millionths of their units; the house's targets else.
CREATE TABLE kpi_target (
    tenant_id text NOT NULL,
    name text NOT NULL,
    millionths integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
