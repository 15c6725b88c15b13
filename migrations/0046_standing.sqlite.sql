-- How each contact stands to the house, by what they did, and what is best done next (F39, F40).
CREATE TABLE contact_score (
    tenant_id text NOT NULL,
    contact_id text NOT NULL,
    engagement integer NOT NULL,
    engagement_class text NOT NULL,
    churn_risk integer,
    churn_class text,
    reasons text NOT NULL,
    action text NOT NULL,
    action_reason text NOT NULL,
    computed_at integer NOT NULL,
    due_at integer,
    PRIMARY KEY (tenant_id, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX contact_score_due ON contact_score (due_at) WHERE due_at IS NOT NULL;
