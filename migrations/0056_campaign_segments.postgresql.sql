-- 0056: whom a campaign is for by segments: who is in one of `any`, and in none of `none` (F26, F36).
CREATE TABLE campaign_segment (
    tenant_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    segment_id uuid NOT NULL,
    part text NOT NULL CHECK (part IN ('any', 'none')),
    PRIMARY KEY (tenant_id, campaign_id, part, segment_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, segment_id) REFERENCES segment (tenant_id, id)
);
CREATE INDEX campaign_segment_segment ON campaign_segment (tenant_id, segment_id);
SELECT rapport_wall('campaign_segment');
