-- What tenants want their KPIs to be (F41), in millionths of their units; the house's targets else.
CREATE TABLE kpi_target (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    millionths bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
SELECT rapport_wall('kpi_target');
