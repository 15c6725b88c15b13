-- 0005: commerce. What shops tell: customers, products, carts, orders, fulfilments, refunds, visits.
--
-- An id of a shop (external_id) is text: theirs go beyond 2^53. Money is in 1/10,000 of its currency.
-- told_at, told_tie: as of when the shop told it; what is older never overwrites what is newer.
-- No name, address, phone or e-mail stands here: they are the contact's, and sealed there.

-------------------------------------------------------------------------------------------- commerce

CREATE TABLE store (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    platform text NOT NULL CHECK (platform IN ('shopify', 'woocommerce', 'own')),
    name text NOT NULL,
    address text NOT NULL,
    webhook_key text NOT NULL,
    currency text NOT NULL,
    country text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed', 'uninstalled')),
    state_at integer NOT NULL,
    secrets_sealed blob NOT NULL,
    token_sealed blob,
    abandoned_after integer NOT NULL,
    pulled_to integer NOT NULL,
    pull_due_at integer NOT NULL,
    pull_trouble text,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX store_address ON store (tenant_id, platform, address);
CREATE INDEX store_pull ON store (pull_due_at) WHERE state = 'open' AND token_sealed IS NOT NULL;

-- The way from a delivery to its house: by the shop's address, by the secret path of a connection.
-- Several may claim one address; whose secret fits is right.
CREATE TABLE store_route (
    platform text NOT NULL,
    address text NOT NULL,
    store_id text NOT NULL,
    tenant_id text NOT NULL REFERENCES tenant (id),
    PRIMARY KEY (platform, address, store_id)
);
CREATE INDEX store_route_store ON store_route (store_id);
CREATE INDEX store_route_tenant ON store_route (tenant_id);

-- Deliveries of shops as they came, sealed under the day's intake key; the token is the same when one
-- is repeated.
CREATE TABLE store_delivery (
    id text PRIMARY KEY,
    store_id text NOT NULL,
    token blob NOT NULL,
    topic text NOT NULL,
    state text NOT NULL CHECK (state IN ('stored', 'drained', 'dead')),
    intake_key text NOT NULL,
    body_sealed blob NOT NULL,
    triggered_at integer NOT NULL,
    received_at integer NOT NULL,
    lease_until integer NOT NULL,
    fence integer NOT NULL,
    attempts integer NOT NULL,
    trouble text
);
CREATE UNIQUE INDEX store_delivery_token ON store_delivery (store_id, token);
CREATE INDEX store_delivery_waiting ON store_delivery (id) WHERE state = 'stored';
CREATE INDEX store_delivery_age ON store_delivery (received_at);

-- A shop's own record of a contact; who it is stands with the contact's identities.
CREATE TABLE customer (
    tenant_id text NOT NULL,
    id text NOT NULL,
    store_id text NOT NULL,
    contact_id text NOT NULL,
    token blob NOT NULL,
    tags text NOT NULL,
    origin_id text,
    told_at integer NOT NULL,
    told_tie integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE UNIQUE INDEX customer_token ON customer (tenant_id, store_id, token);
CREATE INDEX customer_contact ON customer (tenant_id, contact_id);
CREATE INDEX customer_origin ON customer (tenant_id, origin_id);

CREATE TABLE product (
    tenant_id text NOT NULL,
    id text NOT NULL,
    store_id text NOT NULL,
    external_id text NOT NULL,
    title text NOT NULL,
    state text NOT NULL,
    currency text NOT NULL,
    price integer,
    stock integer,
    url text,
    told_at integer NOT NULL,
    told_tie integer NOT NULL,
    deleted_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id)
);
CREATE UNIQUE INDEX product_external ON product (tenant_id, store_id, external_id);

CREATE TABLE variant (
    tenant_id text NOT NULL,
    product_id text NOT NULL,
    external_id text NOT NULL,
    sku text,
    title text NOT NULL,
    price integer,
    stock integer,
    PRIMARY KEY (tenant_id, product_id, external_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES product (tenant_id, id)
);

-- Orders. The refunds that are known are summed up in refunded; base_total is the total in the
-- tenant's currency by the rate of the day, null while no rate is given.
CREATE TABLE shop_order (
    tenant_id text NOT NULL,
    id text NOT NULL,
    store_id text NOT NULL,
    external_id text NOT NULL,
    contact_id text,
    contact_at integer NOT NULL,
    number text NOT NULL,
    currency text NOT NULL,
    total integer NOT NULL,
    subtotal integer,
    discount integer,
    tax integer,
    shipping integer,
    refunded integer NOT NULL,
    base_total integer,
    base_refunded integer,
    payment text NOT NULL,
    fulfilment text NOT NULL,
    coupons text NOT NULL,
    is_test integer NOT NULL,
    placed_at integer NOT NULL,
    paid_at integer,
    cancelled_at integer,
    cancel_reason text,
    deleted_at integer,
    origin_id text,
    told_at integer NOT NULL,
    told_tie integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE UNIQUE INDEX shop_order_external ON shop_order (tenant_id, store_id, external_id);
CREATE INDEX shop_order_contact ON shop_order (tenant_id, contact_id, placed_at);
CREATE INDEX shop_order_placed ON shop_order (tenant_id, placed_at, id);
CREATE INDEX shop_order_origin ON shop_order (tenant_id, origin_id);

CREATE TABLE order_line (
    tenant_id text NOT NULL,
    order_id text NOT NULL,
    position integer NOT NULL,
    product text,
    variant text,
    sku text,
    title text NOT NULL,
    quantity integer NOT NULL,
    price integer NOT NULL,
    total integer NOT NULL,
    PRIMARY KEY (tenant_id, order_id, position),
    FOREIGN KEY (tenant_id, order_id) REFERENCES shop_order (tenant_id, id)
);
CREATE INDEX order_line_product ON order_line (tenant_id, product);

-- Parcels. Where one is tells where somebody lives: sealed under the contact's key.
CREATE TABLE fulfilment (
    tenant_id text NOT NULL,
    id text NOT NULL,
    order_id text NOT NULL,
    external_id text NOT NULL,
    subject_id text,
    state text NOT NULL,
    shipment text,
    carrier text,
    tracking_sealed blob,
    at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES shop_order (tenant_id, id)
);
CREATE UNIQUE INDEX fulfilment_external ON fulfilment (tenant_id, order_id, external_id);

-- Money given back. It may be told before its order is, or without one ('' then): the order's id at
-- the shop joins them.
CREATE TABLE refund (
    tenant_id text NOT NULL,
    id text NOT NULL,
    store_id text NOT NULL,
    order_external_id text NOT NULL,
    external_id text NOT NULL,
    contact_id text,
    amount integer NOT NULL,
    currency text NOT NULL,
    origin_id text,
    at integer NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX refund_contact ON refund (tenant_id, contact_id);
CREATE UNIQUE INDEX refund_external ON refund (tenant_id, store_id, order_external_id, external_id);
CREATE INDEX refund_origin ON refund (tenant_id, origin_id);

-- What a shop deleted, and brought back; told without a time of its own, perhaps before the thing.
CREATE TABLE deletion (
    tenant_id text NOT NULL,
    store_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('order', 'product')),
    token blob NOT NULL,
    gone_at integer NOT NULL,
    back_at integer NOT NULL,
    PRIMARY KEY (tenant_id, store_id, kind, token),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id)
);

-- Carts and checkouts. Keyed tokens join them to the order that they became.
CREATE TABLE cart (
    tenant_id text NOT NULL,
    id text NOT NULL,
    store_id text NOT NULL,
    token blob NOT NULL,
    cart_token blob,
    contact_id text,
    subject_id text,
    contact_at integer NOT NULL,
    currency text NOT NULL,
    total integer NOT NULL,
    url_sealed blob,
    state text NOT NULL CHECK (state IN ('open', 'abandoned', 'recovered')),
    left_at integer NOT NULL,
    due_at integer NOT NULL,
    abandoned_at integer,
    recovered_at integer,
    order_id text,
    told_at integer NOT NULL,
    told_tie integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
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
    tenant_id text NOT NULL,
    cart_id text NOT NULL,
    position integer NOT NULL,
    product text,
    variant text,
    sku text,
    title text NOT NULL,
    quantity integer NOT NULL,
    price integer NOT NULL,
    total integer NOT NULL,
    PRIMARY KEY (tenant_id, cart_id, position),
    FOREIGN KEY (tenant_id, cart_id) REFERENCES cart (tenant_id, id)
);

-- Which cart and checkout an order came from; kept apart, so that either may be told first.
CREATE TABLE order_token (
    tenant_id text NOT NULL,
    store_id text NOT NULL,
    token blob NOT NULL,
    order_id text NOT NULL,
    PRIMARY KEY (tenant_id, store_id, token, order_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES shop_order (tenant_id, id)
);
CREATE INDEX order_token_order ON order_token (tenant_id, order_id);

-- What a contact did in the shop, with their leave.
CREATE TABLE visit (
    tenant_id text NOT NULL,
    id text NOT NULL,
    store_id text NOT NULL,
    token blob NOT NULL,
    contact_id text NOT NULL,
    subject_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('viewed', 'dwelt', 'searched', 'checkout_step')),
    product text,
    seconds integer,
    step text,
    query_sealed blob,
    at integer NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE UNIQUE INDEX visit_token ON visit (tenant_id, store_id, token);
CREATE INDEX visit_contact ON visit (tenant_id, contact_id, at);

-- Rates that the tenant gives: one unit of the currency in the tenant's own, times 10^9, from a time.
CREATE TABLE currency_rate (
    tenant_id text NOT NULL REFERENCES tenant (id),
    currency text NOT NULL,
    valid_from integer NOT NULL,
    rate integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, currency, valid_from)
);

-- What a platform asks for on behalf of a person or of itself (access, erasure): queued, worked off
-- by the privacy desk.
CREATE TABLE store_request (
    tenant_id text NOT NULL,
    id text NOT NULL,
    store_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('data_request', 'customer_redact', 'shop_redact')),
    token blob NOT NULL,
    payload_sealed blob NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'done')),
    requested_at integer NOT NULL,
    due_at integer NOT NULL,
    received_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, store_id) REFERENCES store (tenant_id, id)
);
CREATE UNIQUE INDEX store_request_token ON store_request (tenant_id, store_id, token);
CREATE INDEX store_request_queued ON store_request (tenant_id, due_at) WHERE state = 'queued';
