-- 0012: what persons ask for by law (F47): the requests, and who did what about each. Words of the
-- person, and about them, are sealed under their own key.

CREATE TABLE privacy_request (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    kind text NOT NULL CHECK (kind IN
        ('access', 'portability', 'rectification', 'erasure', 'restriction', 'objection')),
    origin text NOT NULL CHECK (origin IN ('person', 'key', 'page', 'store')),
    -- The colleague, the key, or the shop's request; none for the page.
    origin_id text,
    -- None where nobody is known under what a shop named.
    contact_id text,
    subject_id text,
    state text NOT NULL CHECK (state IN
        ('unproven', 'open', 'paused', 'working', 'done', 'refused')),
    proof text CHECK (proof IN ('code', 'manual', 'platform')),
    outcome text,
    details_sealed blob,
    received_at integer NOT NULL,
    -- One month, or three; the clock stands since, and stood for so many days before.
    months integer NOT NULL,
    stands_since integer,
    stood integer NOT NULL,
    due_at integer NOT NULL,
    warned integer NOT NULL,
    -- The export or the erasure by which it is carried out.
    work_id text,
    closed_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX privacy_request_contact ON privacy_request (tenant_id, contact_id);
CREATE INDEX privacy_request_work ON privacy_request (tenant_id, work_id);
CREATE INDEX privacy_request_due ON privacy_request (tenant_id, due_at)
 WHERE state IN ('open', 'working');

-- What was done about a request, and by whom.
CREATE TABLE privacy_step (
    tenant_id text NOT NULL,
    id text NOT NULL,
    request_id text NOT NULL,
    subject_id text,
    kind text NOT NULL,
    actor_kind text NOT NULL,
    actor_id text,
    note_sealed blob,
    at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES privacy_request (tenant_id, id)
);
CREATE INDEX privacy_step_request ON privacy_step (tenant_id, request_id, id);
