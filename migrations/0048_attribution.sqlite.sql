-- To which touch an order belongs (F34), and for how many days a touch counts.
ALTER TABLE tenant ADD COLUMN attribution_days integer NOT NULL DEFAULT 5;

CREATE TABLE attribution (
    tenant_id text NOT NULL REFERENCES tenant (id),
    order_id text NOT NULL,
    evidence text NOT NULL CHECK (evidence IN ('coupon', 'read', 'delivery')),
    send_id text,
    campaign_id text,
    touchpoint_id text,
    touched_at integer NOT NULL,
    confidence integer NOT NULL,
    attributed_at integer NOT NULL,
    PRIMARY KEY (tenant_id, order_id),
    FOREIGN KEY (tenant_id, send_id) REFERENCES send (tenant_id, id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, touchpoint_id) REFERENCES touchpoint (tenant_id, id)
);
CREATE INDEX attribution_send ON attribution (tenant_id, send_id);
CREATE INDEX attribution_campaign ON attribution (tenant_id, campaign_id);
CREATE INDEX attribution_touchpoint ON attribution (tenant_id, touchpoint_id);
