-- How each contact stands to the house, by what they did, and what is best done next (F39, F40).
CREATE TABLE contact_score (
    tenant_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    engagement smallint NOT NULL,
    engagement_class text NOT NULL,
    churn_risk smallint,
    churn_class text,
    reasons text NOT NULL,
    action text NOT NULL,
    action_reason text NOT NULL,
    computed_at bigint NOT NULL,
    due_at bigint,
    PRIMARY KEY (tenant_id, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_score_due ON contact_score (due_at) WHERE due_at IS NOT NULL;
SELECT rapport_wall('contact_score');
SELECT rapport_over_wall('contact_score', 'SELECT (tenant_id, contact_id, due_at)');
