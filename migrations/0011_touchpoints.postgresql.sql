-- 0011: touchpoints (F10): where people can say a first yes, and who came through which.

CREATE TABLE touchpoint (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('popup', 'chat_popup', 'chat_bubble', 'product_button',
        'checkout_box', 'order_confirmation', 'email_signature', 'qr_code', 'chat_link', 'ad',
        'keyword', 'referral', 'import')),
    name text NOT NULL,
    number_id uuid NOT NULL,
    code text NOT NULL,
    sign text,
    keyword text,
    ad_id text,
    greeting text NOT NULL,
    label text NOT NULL,
    wording text,
    incentive text,
    state text NOT NULL CHECK (state IN ('active', 'archived')),
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
);
CREATE INDEX touchpoint_number ON touchpoint (tenant_id, number_id);
CREATE UNIQUE INDEX touchpoint_own_code ON touchpoint (tenant_id, code);
CREATE UNIQUE INDEX touchpoint_sign ON touchpoint (tenant_id, sign) WHERE state = 'active';
-- Public addresses bear a code and name no tenant.
CREATE INDEX touchpoint_code ON touchpoint (code);

-- Ids and times alone; one that a message told has the message's id.
CREATE TABLE touchpoint_use (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    touchpoint_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    way text NOT NULL CHECK (way IN ('code', 'keyword', 'ad', 'page')),
    message_id uuid,
    at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, touchpoint_id) REFERENCES touchpoint (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX touchpoint_use_touchpoint ON touchpoint_use (tenant_id, touchpoint_id, contact_id, at);
CREATE INDEX touchpoint_use_contact ON touchpoint_use (tenant_id, contact_id, at);

SELECT rapport_wall(name) FROM unnest(ARRAY['touchpoint', 'touchpoint_use']) AS name;
SELECT rapport_over_wall('touchpoint', 'SELECT (tenant_id, id, code)');
