-- 0031: whom a portfolio writes to first, in a moving 24 hours (F24).

-- Each person once, whichever number writes, under the send that was last; `at_before` is put back
-- when that one certainly did not go. Rows older than a day go with the portfolio's next reservation.
CREATE TABLE reservation (
    tenant_id text NOT NULL,
    portfolio text NOT NULL,
    contact_id text NOT NULL,
    send_id text NOT NULL,
    at integer NOT NULL,
    at_before integer NOT NULL,
    PRIMARY KEY (tenant_id, portfolio, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX reservation_at ON reservation (tenant_id, portfolio, at);
CREATE INDEX reservation_send ON reservation (tenant_id, send_id);
CREATE INDEX reservation_contact ON reservation (tenant_id, contact_id);
