-- 0005: commerce. What shops tell: customers, products, carts, orders, fulfilments, refunds, visits.
--
-- An id of a shop (external_id) is text: theirs go beyond 2^53. Money is in 1/10,000 of its currency.
-- told_at, told_tie: as of when the shop told it; what is older never overwrites what is newer.
-- No name, address, phone or e-mail stands here: they are the contact's, and sealed there.

-------------------------------------------------------------------------------------------- commerce

CREATE TABLE store (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    platform text NOT NULL CHECK (platform IN ('shopify', 'woocommerce', 'own')),
    name text NOT NULL,
    address text NOT NULL,
    webhook_key text NOT NULL,
    currency text NOT NULL,
    country text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed', 'uninstalled')),
    state_at bigint NOT NULL,
    secrets_sealed bytea NOT NULL,
    token_sealed bytea,
    abandoned_after bigint NOT NULL,
    pulled_to bigint NOT NULL,
    pull_due_at bigint NOT NULL,
    pull_trouble text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX store_address ON store (tenant_id, platform, address);
CREATE INDEX store_pull ON store (pull_due_at) WHERE state = 'open' AND token_sealed IS NOT NULL;

-- The way from a delivery to its house: by the shop's address, by the secret path of a connection.
-- Several may claim one address; whose secret fits is right.
CREATE TABLE store_route (
    platform text NOT NULL,
    address text NOT NULL,
    store_id uuid NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    PRIMARY KEY (platform, address, store_id)
);
CREATE INDEX store_route_store ON store_route (store_id);
CREATE INDEX store_route_tenant ON store_route (tenant_id);

-- Deliveries of shops as they came, sealed under the day's intake key; the token is the same when one
-- is repeated.
CREATE TABLE store_delivery (
    id uuid PRIMARY KEY,
    store_id uuid NOT NULL,
    token bytea NOT NULL,
    topic text NOT NULL,
    state text NOT NULL CHECK (state IN ('stored', 'drained', 'dead')),
    intake_key text NOT NULL,
    body_sealed bytea NOT NULL,
    triggered_at bigint NOT NULL,
    received_at bigint NOT NULL,
    lease_until bigint NOT NULL,
    fence bigint NOT NULL,
    attempts smallint NOT NULL,
    trouble text
);
CREATE UNIQUE INDEX store_delivery_token ON store_delivery (store_id, token);
CREATE INDEX store_delivery_waiting ON store_delivery (id) WHERE state = 'stored';
CREATE INDEX store_delivery_age ON store_delivery (received_at);

-- A shop's own record of a contact; who it is stands with the contact's identities.
CREATE TABLE customer (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    store_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    token bytea NOT NULL,
    tags jsonb NOT NULL,
    origin_id uuid,
    told_at bigint NOT NULL,
    told_tie bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE UNIQUE INDEX customer_token ON customer (tenant_id, store_id, token);
CREATE INDEX customer_contact ON customer (tenant_id, contact_id);
CREATE INDEX customer_origin ON customer (tenant_id, origin_id);

CREATE TABLE product (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    store_id uuid NOT NULL,
    external_id text NOT NULL,
    title text NOT NULL,
    state text NOT NULL,
    currency text NOT NULL,
    price bigint,
    stock bigint,
    url text,
    told_at bigint NOT NULL,
    told_tie bigint NOT NULL,
    deleted_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id)
);
CREATE UNIQUE INDEX product_external ON product (tenant_id, store_id, external_id);

CREATE TABLE variant (
    tenant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    external_id text NOT NULL,
    sku text,
    title text NOT NULL,
    price bigint,
    stock bigint,
    PRIMARY KEY (tenant_id, product_id, external_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id)
);

-- Orders. The refunds that are known are summed up in refunded; base_total is the total in the
-- tenant's currency by the rate of the day, null while no rate is given.
CREATE TABLE shop_order (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    store_id uuid NOT NULL,
    external_id text NOT NULL,
    contact_id uuid,
    contact_at bigint NOT NULL,
    number text NOT NULL,
    currency text NOT NULL,
    total bigint NOT NULL,
    subtotal bigint,
    discount bigint,
    tax bigint,
    shipping bigint,
    refunded bigint NOT NULL,
    base_total bigint,
    base_refunded bigint,
    payment text NOT NULL,
    fulfilment text NOT NULL,
    coupons jsonb NOT NULL,
    is_test smallint NOT NULL,
    placed_at bigint NOT NULL,
    paid_at bigint,
    cancelled_at bigint,
    cancel_reason text,
    deleted_at bigint,
    origin_id uuid,
    told_at bigint NOT NULL,
    told_tie bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE UNIQUE INDEX shop_order_external ON shop_order (tenant_id, store_id, external_id);
CREATE INDEX shop_order_contact ON shop_order (tenant_id, contact_id, placed_at);
CREATE INDEX shop_order_placed ON shop_order (tenant_id, placed_at, id);
CREATE INDEX shop_order_origin ON shop_order (tenant_id, origin_id);

CREATE TABLE order_line (
    tenant_id uuid NOT NULL,
    order_id uuid NOT NULL,
    position integer NOT NULL,
    product text,
    variant text,
    sku text,
    title text NOT NULL,
    quantity bigint NOT NULL,
    price bigint NOT NULL,
    total bigint NOT NULL,
    PRIMARY KEY (tenant_id, order_id, position),
    FOREIGN KEY (tenant_id, order_id) REFERENCES shop_order (tenant_id, id)
);
CREATE INDEX order_line_product ON order_line (tenant_id, product);

-- Parcels. Where one is tells where somebody lives: sealed under the contact's key.
CREATE TABLE fulfilment (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    order_id uuid NOT NULL,
    external_id text NOT NULL,
    subject_id uuid,
    state text NOT NULL,
    shipment text,
    carrier text,
    tracking_sealed bytea,
    at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES shop_order (tenant_id, id)
);
CREATE UNIQUE INDEX fulfilment_external ON fulfilment (tenant_id, order_id, external_id);

-- Money given back. It may be told before its order is, or without one ('' then): the order's id at
-- the shop joins them.
CREATE TABLE refund (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    store_id uuid NOT NULL,
    order_external_id text NOT NULL,
    external_id text NOT NULL,
    contact_id uuid,
    amount bigint NOT NULL,
    currency text NOT NULL,
    origin_id uuid,
    at bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX refund_contact ON refund (tenant_id, contact_id);
CREATE UNIQUE INDEX refund_external ON refund (tenant_id, store_id, order_external_id, external_id);
CREATE INDEX refund_origin ON refund (tenant_id, origin_id);

-- What a shop deleted, and brought back; told without a time of its own, perhaps before the thing.
CREATE TABLE deletion (
    tenant_id uuid NOT NULL,
    store_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('order', 'product')),
    token bytea NOT NULL,
    gone_at bigint NOT NULL,
    back_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, store_id, kind, token),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id)
);

-- Carts and checkouts. Keyed tokens join them to the order that they became.
CREATE TABLE cart (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    store_id uuid NOT NULL,
    token bytea NOT NULL,
    cart_token bytea,
    contact_id uuid,
    subject_id uuid,
    contact_at bigint NOT NULL,
    currency text NOT NULL,
    total bigint NOT NULL,
    url_sealed bytea,
    state text NOT NULL CHECK (state IN ('open', 'abandoned', 'recovered')),
    left_at bigint NOT NULL,
    due_at bigint NOT NULL,
    abandoned_at bigint,
    recovered_at bigint,
    order_id uuid,
    told_at bigint NOT NULL,
    told_tie bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES shop_order (tenant_id, id)
);
CREATE UNIQUE INDEX cart_token ON cart (tenant_id, store_id, token);
CREATE INDEX cart_by_cart_token ON cart (tenant_id, store_id, cart_token);
CREATE INDEX cart_contact ON cart (tenant_id, contact_id);
CREATE INDEX cart_order ON cart (tenant_id, order_id);
CREATE INDEX cart_due ON cart (due_at) WHERE state = 'open';
CREATE INDEX cart_left ON cart (tenant_id, left_at, id);

CREATE TABLE cart_line (
    tenant_id uuid NOT NULL,
    cart_id uuid NOT NULL,
    position integer NOT NULL,
    product text,
    variant text,
    sku text,
    title text NOT NULL,
    quantity bigint NOT NULL,
    price bigint NOT NULL,
    total bigint NOT NULL,
    PRIMARY KEY (tenant_id, cart_id, position),
    FOREIGN KEY (tenant_id, cart_id) REFERENCES cart (tenant_id, id)
);

-- Which cart and checkout an order came from; kept apart, so that either may be told first.
CREATE TABLE order_token (
    tenant_id uuid NOT NULL,
    store_id uuid NOT NULL,
    token bytea NOT NULL,
    order_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, store_id, token, order_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES shop_order (tenant_id, id)
);
CREATE INDEX order_token_order ON order_token (tenant_id, order_id);

-- What a contact did in the shop, with their leave.
CREATE TABLE visit (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    store_id uuid NOT NULL,
    token bytea NOT NULL,
    contact_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('viewed', 'dwelt', 'searched', 'checkout_step')),
    product text,
    seconds integer,
    step text,
    query_sealed bytea,
    at bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE UNIQUE INDEX visit_token ON visit (tenant_id, store_id, token);
CREATE INDEX visit_contact ON visit (tenant_id, contact_id, at);

-- Rates that the tenant gives: one unit of the currency in the tenant's own, times 10^9, from a time.
CREATE TABLE currency_rate (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    currency text NOT NULL,
    valid_from bigint NOT NULL,
    rate bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, currency, valid_from)
);

-- What a platform asks for on behalf of a person or of itself (access, erasure): queued, worked off
-- by the privacy desk.
CREATE TABLE store_request (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    store_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('data_request', 'customer_redact', 'shop_redact')),
    token bytea NOT NULL,
    payload_sealed bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'done')),
    requested_at bigint NOT NULL,
    due_at bigint NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id)
);
CREATE UNIQUE INDEX store_request_token ON store_request (tenant_id, store_id, token);
CREATE INDEX store_request_queued ON store_request (tenant_id, due_at) WHERE state = 'queued';
