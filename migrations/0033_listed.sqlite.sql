-- 0033: people may come through a touchpoint by a list that is imported (F10).

CREATE TABLE touchpoint_use_new (
    tenant_id text NOT NULL,
    id text NOT NULL,
    touchpoint_id text NOT NULL,
    contact_id text NOT NULL,
    way text NOT NULL CHECK (way IN ('code', 'keyword', 'ad', 'page', 'import')),
    message_id text,
    at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, touchpoint_id) REFERENCES touchpoint (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
INSERT INTO touchpoint_use_new (tenant_id, id, touchpoint_id, contact_id, way, message_id, at)
SELECT tenant_id, id, touchpoint_id, contact_id, way, message_id, at FROM touchpoint_use;
DROP TABLE touchpoint_use;
ALTER TABLE touchpoint_use_new RENAME TO touchpoint_use;
CREATE INDEX touchpoint_use_touchpoint ON touchpoint_use (tenant_id, touchpoint_id, contact_id, at);
CREATE INDEX touchpoint_use_contact ON touchpoint_use (tenant_id, contact_id, at);
