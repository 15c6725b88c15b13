-- 0001: the spine. Keys of rows, outbox, chains, sealing, episodes and the ledger of sends stand here
-- from the start, because they are dear to change later (docs/architecture.md).
--
-- id        uuid7. The real key is (tenant_id, id); every unique and foreign key of a tenant's table
--           begins with tenant_id, so that tenants can be spread over a distributed PostgreSQL.
-- *_at      microseconds since 1970-01-01 UTC.
-- *_sealed  encrypted under the key of the row's subject (or of the house where there is none).
-- *_token   keyed hash for equality; means nothing without the tenant's index key.

---------------------------------------------------------------------------------------------- kernel

-- What happened, ids only. Readers follow (position, id); writers stand in line, so positions commit
-- in order.
CREATE TABLE outbox (
    position integer PRIMARY KEY AUTOINCREMENT,
    tenant_id text NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    at integer NOT NULL,
    refs text NOT NULL
);
CREATE UNIQUE INDEX outbox_key ON outbox (tenant_id, id);
CREATE INDEX outbox_position ON outbox (position, id);

CREATE TABLE reader (
    name text PRIMARY KEY,
    position integer NOT NULL,
    event_id text NOT NULL,
    lease_until integer NOT NULL,
    fence integer NOT NULL
);

-- The last link of each tenant's chains (consent ledger, audit).
CREATE TABLE chain_head (
    tenant_id text NOT NULL,
    chain text NOT NULL,
    seq integer NOT NULL,
    hash blob NOT NULL,
    PRIMARY KEY (tenant_id, chain)
);

--------------------------------------------------------------------------------------------- tenants

CREATE TABLE tenant (
    id text PRIMARY KEY,
    name text NOT NULL,
    country text NOT NULL,
    locale text NOT NULL,
    time_zone text NOT NULL,
    currency text NOT NULL,
    business_hours text NOT NULL,
    holidays text NOT NULL,
    signature text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'suspended', 'closing')),
    created_at integer NOT NULL,
    updated_at integer NOT NULL
);

-- Who can sign in; one account may be a person of several tenants.
CREATE TABLE account (
    id text PRIMARY KEY,
    email_token blob NOT NULL,
    email_sealed blob NOT NULL,
    password_hash text NOT NULL,
    failures integer NOT NULL,
    locked_until integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL
);
CREATE UNIQUE INDEX account_email ON account (email_token);

CREATE TABLE person (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    account_id text NOT NULL REFERENCES account (id),
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'agent', 'analyst', 'compliance')),
    name_sealed blob NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'left')),
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX person_account ON person (tenant_id, account_id);
CREATE INDEX person_of_account ON person (account_id);

CREATE TABLE session (
    tenant_id text NOT NULL,
    id text NOT NULL,
    person_id text NOT NULL,
    created_at integer NOT NULL,
    expires_at integer NOT NULL,
    revoked_at integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX session_person ON session (tenant_id, person_id);
CREATE INDEX session_expiry ON session (expires_at);

-------------------------------------------------------------------------------------------- contacts

CREATE TABLE contact (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    subject_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'merged', 'frozen', 'erased')),
    merged_into text,
    owner_id text,
    name_sealed blob,
    name_at integer NOT NULL,
    name_tie integer NOT NULL,
    language text,
    language_source text,
    country text,
    country_source text,
    time_zone text,
    time_zone_source text,
    source text NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_into) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX contact_merged ON contact (tenant_id, merged_into);
CREATE INDEX contact_owner ON contact (tenant_id, owner_id);

-- Owners of keys. A contact has one, or several after a merge; every sealed row names its subject.
CREATE TABLE subject (
    tenant_id text NOT NULL,
    id text NOT NULL,
    contact_id text NOT NULL,
    created_at integer NOT NULL,
    erased_at integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX subject_contact ON subject (tenant_id, contact_id);

CREATE TABLE identity (
    tenant_id text NOT NULL,
    id text NOT NULL,
    contact_id text NOT NULL,
    subject_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN
        ('phone', 'whatsapp_user_id', 'username', 'email', 'shop_customer')),
    scope text NOT NULL,
    token blob NOT NULL,
    value_sealed blob NOT NULL,
    state text NOT NULL CHECK (state IN ('current', 'former')),
    source text NOT NULL,
    first_at integer NOT NULL,
    last_at integer NOT NULL,
    ended_at integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subject (tenant_id, id)
);
CREATE UNIQUE INDEX identity_token ON identity (tenant_id, kind, scope, token);
CREATE INDEX identity_contact ON identity (tenant_id, contact_id);
CREATE INDEX identity_subject ON identity (tenant_id, subject_id);

-- What was joined with what, so that it can be undone; rows keep their subject.
CREATE TABLE contact_merge (
    tenant_id text NOT NULL,
    id text NOT NULL,
    survivor_id text NOT NULL,
    merged_id text NOT NULL,
    reason text NOT NULL,
    at integer NOT NULL,
    undone_at integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, survivor_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX contact_merge_survivor ON contact_merge (tenant_id, survivor_id);
CREATE INDEX contact_merge_merged ON contact_merge (tenant_id, merged_id);

-- Keyed name prefixes (2 to 8 letters) and phone endings, for the search box.
CREATE TABLE contact_search (
    tenant_id text NOT NULL,
    token blob NOT NULL,
    contact_id text NOT NULL,
    PRIMARY KEY (tenant_id, token, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX contact_search_contact ON contact_search (tenant_id, contact_id);

CREATE TABLE tag (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    name text NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tag_name ON tag (tenant_id, name);

CREATE TABLE contact_tag (
    tenant_id text NOT NULL,
    contact_id text NOT NULL,
    tag_id text NOT NULL,
    source text NOT NULL,
    at integer NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, tag_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, tag_id) REFERENCES tag (tenant_id, id)
);
CREATE INDEX contact_tag_tag ON contact_tag (tenant_id, tag_id);

-- The consent ledger: append only, linked by the chainer; a withdrawal never overwrites a consent.
CREATE TABLE consent_entry (
    tenant_id text NOT NULL,
    id text NOT NULL,
    contact_id text NOT NULL,
    subject_id text NOT NULL,
    purpose text NOT NULL,
    topic text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('requested', 'prompted', 'confirmed', 'refused', 'expired',
        'withdrawn', 'superseded', 'unproven')),
    method text NOT NULL,
    source_token blob NOT NULL,
    evidence_sealed blob NOT NULL,
    provider_at integer NOT NULL,
    recorded_at integer NOT NULL,
    chain_seq integer,
    chain_hash blob,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subject (tenant_id, id)
);
CREATE UNIQUE INDEX consent_entry_source ON consent_entry (tenant_id, source_token);
CREATE INDEX consent_entry_contact ON consent_entry (tenant_id, contact_id, provider_at);
CREATE INDEX consent_entry_subject ON consent_entry (tenant_id, subject_id);
CREATE UNIQUE INDEX consent_entry_chain ON consent_entry (tenant_id, chain_seq);
CREATE INDEX consent_entry_unlinked ON consent_entry (tenant_id, id) WHERE chain_seq IS NULL;

-- What the ledger comes to per purpose; a claim of a send takes this row FOR SHARE.
CREATE TABLE consent_state (
    tenant_id text NOT NULL,
    contact_id text NOT NULL,
    purpose text NOT NULL,
    topic text NOT NULL,
    state text NOT NULL,
    since integer NOT NULL,
    entry_id text NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, purpose, topic),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES consent_entry (tenant_id, id)
);
CREATE INDEX consent_state_entry ON consent_state (tenant_id, entry_id);

-- One row for each thing that touched a person: at, kind, reference, numbers; no text.
CREATE TABLE activity (
    tenant_id text NOT NULL,
    id text NOT NULL,
    contact_id text NOT NULL,
    at integer NOT NULL,
    kind text NOT NULL,
    reference text NOT NULL,
    amount integer,
    currency text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX activity_contact ON activity (tenant_id, contact_id, at);

-------------------------------------------------------------------------------------------- channels

-- Platform apps: webhooks are per app, each with several live secrets.
CREATE TABLE platform_app (
    id text PRIMARY KEY,
    slug text NOT NULL,
    secrets_sealed blob NOT NULL,
    verify_token_sealed blob NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL
);
CREATE UNIQUE INDEX platform_app_slug ON platform_app (slug);

-- Which tenant an id of the platform belongs to: the way from a delivery to its house.
CREATE TABLE route (
    kind text NOT NULL CHECK (kind IN ('number', 'waba')),
    external_id text NOT NULL,
    tenant_id text NOT NULL REFERENCES tenant (id),
    target_id text NOT NULL,
    PRIMARY KEY (kind, external_id)
);
CREATE INDEX route_tenant ON route (tenant_id);

CREATE TABLE waba (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    waba_id text NOT NULL,
    portfolio_id text,
    messaging_account_id text,
    state text NOT NULL CHECK (state IN ('active', 'restricted', 'disabled', 'offboarded')),
    state_at integer NOT NULL,
    restricted_until integer,
    messaging_limit text,
    messaging_limit_at integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX waba_external ON waba (tenant_id, waba_id);

CREATE TABLE number (
    tenant_id text NOT NULL,
    id text NOT NULL,
    waba_row_id text NOT NULL,
    phone_number_id text NOT NULL,
    display_phone_number text NOT NULL,
    verified_name text NOT NULL,
    state text NOT NULL CHECK (state IN ('connected', 'disconnected')),
    quality text,
    throughput text,
    token_sealed blob,
    token_expires_at integer,
    held_until integer NOT NULL,
    held_since integer,
    held_because text,
    accepted_at integer,
    trouble_code integer,
    trouble_at integer,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, waba_row_id) REFERENCES waba (tenant_id, id)
);
CREATE UNIQUE INDEX number_external ON number (tenant_id, phone_number_id);
CREATE INDEX number_waba ON number (tenant_id, waba_row_id);

-- The deduplication of raw deliveries; dropped after the platform's 7 days of retries and a day more.
CREATE TABLE delivery_key (
    app text NOT NULL,
    token blob NOT NULL,
    delivery_id text NOT NULL,
    received_at integer NOT NULL,
    PRIMARY KEY (app, token)
);
CREATE INDEX delivery_key_age ON delivery_key (received_at);

-- Raw deliveries as they came, people and tenants mixed, sealed under the day's intake key.
CREATE TABLE delivery (
    id text PRIMARY KEY,
    app text NOT NULL,
    lane integer NOT NULL,
    state text NOT NULL CHECK (state IN ('stored', 'drained', 'dead')),
    intake_key text NOT NULL,
    body_sealed blob NOT NULL,
    received_at integer NOT NULL,
    lease_until integer NOT NULL,
    fence integer NOT NULL,
    attempts integer NOT NULL,
    trouble text
);
CREATE INDEX delivery_waiting ON delivery (lane, id) WHERE state = 'stored';

-- Updates for numbers and accounts that nobody has connected (yet): kept until their intake key goes.
CREATE TABLE aside (
    delivery_id text NOT NULL,
    item integer NOT NULL,
    phone_number_id text NOT NULL,
    waba_id text NOT NULL,
    field text NOT NULL,
    intake_key text NOT NULL,
    body_sealed blob NOT NULL,
    received_at integer NOT NULL,
    PRIMARY KEY (delivery_id, item)
);
CREATE INDEX aside_number ON aside (phone_number_id);
CREATE INDEX aside_waba ON aside (waba_id);

-- Everything the platform told about accounts, templates, numbers, history and unknown fields.
CREATE TABLE platform_update (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    token blob NOT NULL,
    field text NOT NULL,
    event text NOT NULL,
    waba_row_id text,
    number_id text,
    subject_id text NOT NULL,
    payload_sealed blob NOT NULL,
    at integer NOT NULL,
    received_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX platform_update_token ON platform_update (tenant_id, token);
CREATE INDEX platform_update_at ON platform_update (tenant_id, at);

CREATE TABLE template (
    tenant_id text NOT NULL,
    id text NOT NULL,
    waba_row_id text NOT NULL,
    template_id text NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    status text,
    status_reason text,
    status_at integer NOT NULL,
    category text,
    category_coming text,
    category_at integer NOT NULL,
    quality text,
    quality_at integer NOT NULL,
    components text,
    components_at integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, waba_row_id) REFERENCES waba (tenant_id, id)
);
CREATE UNIQUE INDEX template_external ON template (tenant_id, waba_row_id, template_id);

-- Files. Those that people send are wanted, fetched within the 5 minutes their link lives, and sealed
-- under the person's key. Those that colleagues upload belong to no message and no number yet, are
-- sealed under a key of their own (subject_id is their own id), and go to the platform when they are
-- sent for the first time; its id is good for 30 days and for the number that it was made for.
CREATE TABLE media (
    tenant_id text NOT NULL,
    id text NOT NULL,
    subject_id text NOT NULL,
    number_id text,
    message_id text,
    platform_media_id text NOT NULL,
    platform_uploaded_at integer,
    mime text NOT NULL,
    sha256 text NOT NULL,
    size integer,
    state text NOT NULL CHECK (state IN ('wanted', 'stored', 'refused', 'gone')),
    trouble text,
    attempts integer NOT NULL,
    due_at integer NOT NULL,
    lease_until integer NOT NULL,
    fence integer NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
);
CREATE INDEX media_wanted ON media (due_at, id) WHERE state = 'wanted';
CREATE INDEX media_message ON media (tenant_id, message_id);
CREATE INDEX media_number ON media (tenant_id, number_id);

--------------------------------------------------------------------------------------- conversations

CREATE TABLE conversation (
    tenant_id text NOT NULL,
    id text NOT NULL,
    contact_id text NOT NULL,
    number_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'pending', 'snoozed', 'resolved', 'merged')),
    state_at integer NOT NULL,
    snoozed_until integer,
    assignee_id text,
    holder text NOT NULL CHECK (holder IN ('person', 'journey', 'bot')),
    last_message_id text,
    last_message_at integer NOT NULL,
    last_message_tie integer NOT NULL,
    last_inbound_at integer NOT NULL,
    moved_at integer NOT NULL,
    window_closed_at integer NOT NULL,
    free_entry_until integer NOT NULL,
    merged_into text,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id),
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_into) REFERENCES conversation (tenant_id, id)
);
CREATE UNIQUE INDEX conversation_thread ON conversation (tenant_id, contact_id, number_id);
CREATE INDEX conversation_latest ON conversation (tenant_id, last_message_at, id);
CREATE INDEX conversation_number ON conversation (tenant_id, number_id);
CREATE INDEX conversation_assignee ON conversation (tenant_id, assignee_id);
CREATE INDEX conversation_merged ON conversation (tenant_id, merged_into);
CREATE INDEX conversation_snoozed ON conversation (snoozed_until) WHERE state = 'snoozed';

-- From the first message after resolution, or after long silence, to resolution (F13).
CREATE TABLE episode (
    tenant_id text NOT NULL,
    id text NOT NULL,
    conversation_id text NOT NULL,
    ordinal integer NOT NULL,
    starter text NOT NULL CHECK (starter IN ('customer', 'business')),
    mode text NOT NULL CHECK (mode IN ('none', 'person', 'bot', 'both')),
    started_at integer NOT NULL,
    first_answer_at integer,
    last_at integer NOT NULL,
    last_direction text NOT NULL,
    turns integer NOT NULL,
    messages integer NOT NULL,
    ended_at integer,
    end_reason text CHECK (end_reason IN ('resolved', 'silence')),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
);
CREATE UNIQUE INDEX episode_ordinal ON episode (tenant_id, conversation_id, ordinal);

CREATE TABLE message (
    tenant_id text NOT NULL,
    id text NOT NULL,
    conversation_id text NOT NULL,
    contact_id text NOT NULL,
    subject_id text NOT NULL,
    number_id text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('in', 'out', 'note', 'event')),
    kind text NOT NULL,
    origin text NOT NULL,
    author_id text,
    media_id text,
    provider_at integer NOT NULL,
    received_at integer NOT NULL,
    tie integer NOT NULL,
    wamid_token blob,
    wamid_sealed blob,
    reply_to_token blob,
    group_token blob,
    body_sealed blob,
    payload_sealed blob,
    status text NOT NULL,
    sent_at integer,
    delivered_at integer,
    read_at integer,
    played_at integer,
    failed_at integer,
    error_code integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id),
    FOREIGN KEY (tenant_id, author_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX message_thread ON message (tenant_id, conversation_id, provider_at, tie);
CREATE INDEX message_contact ON message (tenant_id, contact_id);
CREATE INDEX message_number ON message (tenant_id, number_id);
CREATE INDEX message_author ON message (tenant_id, author_id);

-- The deduplication of messages, both ways; messages themselves carry no unique but their key.
CREATE TABLE message_key (
    tenant_id text NOT NULL,
    number_id text NOT NULL,
    token blob NOT NULL,
    message_id text NOT NULL,
    PRIMARY KEY (tenant_id, number_id, token)
);
CREATE INDEX message_key_message ON message_key (tenant_id, message_id);

-- Every status once, with the first time it was told. The state of a message is a fold of these, so
-- it cannot depend on the order in which they came, nor on whether the message was known by then.
CREATE TABLE message_status (
    tenant_id text NOT NULL REFERENCES tenant (id),
    number_id text NOT NULL,
    wamid_token blob NOT NULL,
    status text NOT NULL,
    participant_token blob NOT NULL,
    at integer NOT NULL,
    received_at integer NOT NULL,
    error_code integer,
    pricing_category text,
    pricing_type text,
    pricing_model text,
    entry_until integer,
    subject_id text NOT NULL,
    extra_sealed blob,
    PRIMARY KEY (tenant_id, number_id, wamid_token, status, participant_token),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
);

-- Edits and withdrawals of messages by their writer, kept apart so that they may come first.
CREATE TABLE message_change (
    tenant_id text NOT NULL,
    id text NOT NULL,
    conversation_id text NOT NULL,
    subject_id text NOT NULL,
    target_token blob NOT NULL,
    kind text NOT NULL CHECK (kind IN ('edit', 'revoke')),
    body_sealed blob,
    at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
);
CREATE INDEX message_change_thread ON message_change (tenant_id, conversation_id);

-- The one ledger of sends: a row for each recipient, written before anything leaves (F21).
CREATE TABLE send (
    tenant_id text NOT NULL,
    id text NOT NULL,
    origin text NOT NULL,
    origin_id text,
    contact_id text NOT NULL,
    subject_id text NOT NULL,
    conversation_id text,
    number_id text NOT NULL,
    message_id text,
    occasion text,
    occasion_id text,
    kind text NOT NULL,
    category text NOT NULL,
    template_name text,
    template_language text,
    content_sealed blob NOT NULL,
    state text NOT NULL CHECK (state IN
        ('queued', 'claimed', 'unknown', 'sent', 'failed', 'refused', 'void')),
    decision text NOT NULL,
    due_at integer NOT NULL,
    expires_at integer,
    lease_until integer NOT NULL,
    fence integer NOT NULL,
    attempts integer NOT NULL,
    attempted_at integer,
    wamid_token blob,
    error_code integer,
    created_at integer NOT NULL,
    settled_at integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
);
CREATE INDEX send_due ON send (tenant_id, number_id, due_at, id) WHERE state = 'queued';
CREATE INDEX send_leased ON send (lease_until) WHERE state IN ('claimed', 'unknown');
CREATE INDEX send_number ON send (tenant_id, number_id, created_at);
CREATE INDEX send_message ON send (tenant_id, message_id);
CREATE INDEX send_contact ON send (tenant_id, contact_id);
CREATE INDEX send_conversation ON send (tenant_id, conversation_id);
CREATE INDEX send_occasion ON send (tenant_id, occasion, occasion_id);

-- One send for each key a caller gave, however often it calls.
CREATE TABLE send_key (
    tenant_id text NOT NULL,
    token blob NOT NULL,
    send_id text NOT NULL,
    PRIMARY KEY (tenant_id, token)
);
CREATE INDEX send_key_send ON send_key (tenant_id, send_id);

CREATE TABLE read_mark (
    tenant_id text NOT NULL,
    conversation_id text NOT NULL,
    person_id text NOT NULL,
    upto_at integer NOT NULL,
    upto_tie integer NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, person_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX read_mark_person ON read_mark (tenant_id, person_id);

CREATE TABLE mention (
    tenant_id text NOT NULL,
    message_id text NOT NULL,
    person_id text NOT NULL,
    at integer NOT NULL,
    PRIMARY KEY (tenant_id, message_id, person_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX mention_person ON mention (tenant_id, person_id, at);

-- Steps that people took with a thread; resolutions end episodes.
CREATE TABLE conversation_step (
    tenant_id text NOT NULL,
    id text NOT NULL,
    conversation_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('open', 'pending', 'snoozed', 'resolved', 'assigned')),
    person_id text,
    assignee_id text,
    at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX conversation_step_thread ON conversation_step (tenant_id, conversation_id, at);
CREATE INDEX conversation_step_person ON conversation_step (tenant_id, person_id);
CREATE INDEX conversation_step_assignee ON conversation_step (tenant_id, assignee_id);

--------------------------------------------------------------------------------------------- privacy

-- One row for each request that read or changed personal data, with the ids it touched.
CREATE TABLE audit_entry (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    at integer NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('person', 'key', 'system')),
    actor_id text NOT NULL,
    action text NOT NULL,
    request_id text NOT NULL,
    ids text NOT NULL,
    chain_seq integer,
    chain_hash blob,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX audit_entry_chain ON audit_entry (tenant_id, chain_seq);
CREATE INDEX audit_entry_unlinked ON audit_entry (tenant_id, id) WHERE chain_seq IS NULL;
