-- 0001: the spine. Keys of rows, outbox, chains, sealing, episodes and the ledger of sends stand here
-- from the start, because they are dear to change later (docs/architecture.md).
--
-- id        uuid7. The real key is (tenant_id, id); every unique and foreign key of a tenant's table
--           begins with tenant_id, so that tenants can be spread over a distributed PostgreSQL.
-- *_at      microseconds since 1970-01-01 UTC.
-- *_sealed  encrypted under the key of the row's subject (or of the house where there is none).
-- *_token   keyed hash for equality; means nothing without the tenant's index key.

---------------------------------------------------------------------------------------------- kernel

-- What happened, ids only. Readers follow (position, id) and never pass a transaction still open:
-- the position is the writing transaction's number, and they stop below the oldest open one.
CREATE TABLE outbox (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    position bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    kind text NOT NULL,
    at bigint NOT NULL,
    refs jsonb NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_position ON outbox (position, id);

CREATE TABLE reader (
    name text PRIMARY KEY,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    lease_until bigint NOT NULL,
    fence bigint NOT NULL
);

-- The last link of each tenant's chains (consent ledger, audit).
CREATE TABLE chain_head (
    tenant_id uuid NOT NULL,
    chain text NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, chain)
);

--------------------------------------------------------------------------------------------- tenants

CREATE TABLE tenant (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    country text NOT NULL,
    locale text NOT NULL,
    time_zone text NOT NULL,
    currency text NOT NULL,
    business_hours jsonb NOT NULL,
    holidays text NOT NULL,
    signature text NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'suspended', 'closing')),
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);

-- Who can sign in; one account may be a person of several tenants.
CREATE TABLE account (
    id uuid PRIMARY KEY,
    email_token bytea NOT NULL,
    email_sealed bytea NOT NULL,
    password_hash text NOT NULL,
    failures smallint NOT NULL,
    locked_until bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE UNIQUE INDEX account_email ON account (email_token);

CREATE TABLE person (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES account (id),
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'agent', 'analyst', 'compliance')),
    name_sealed bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'left')),
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX person_account ON person (tenant_id, account_id);
CREATE INDEX person_of_account ON person (account_id);

CREATE TABLE session (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX session_person ON session (tenant_id, person_id);
CREATE INDEX session_expiry ON session (expires_at);

-------------------------------------------------------------------------------------------- contacts

CREATE TABLE contact (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'merged', 'frozen', 'erased')),
    merged_into uuid,
    owner_id uuid,
    name_sealed bytea,
    name_at bigint NOT NULL,
    name_tie bigint NOT NULL,
    language text,
    language_source text,
    country text,
    country_source text,
    time_zone text,
    time_zone_source text,
    source text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_into) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX contact_merged ON contact (tenant_id, merged_into);
CREATE INDEX contact_owner ON contact (tenant_id, owner_id);

-- Owners of keys. A contact has one, or several after a merge; every sealed row names its subject.
CREATE TABLE subject (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    created_at bigint NOT NULL,
    erased_at bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX subject_contact ON subject (tenant_id, contact_id);

CREATE TABLE identity (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN
        ('phone', 'whatsapp_user_id', 'username', 'email', 'shop_customer')),
    scope text NOT NULL,
    token bytea NOT NULL,
    value_sealed bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('current', 'former')),
    source text NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    ended_at bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subject (tenant_id, id)
);
CREATE UNIQUE INDEX identity_token ON identity (tenant_id, kind, scope, token);
CREATE INDEX identity_contact ON identity (tenant_id, contact_id);
CREATE INDEX identity_subject ON identity (tenant_id, subject_id);

-- What was joined with what, so that it can be undone; rows keep their subject.
CREATE TABLE contact_merge (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    survivor_id uuid NOT NULL,
    merged_id uuid NOT NULL,
    reason text NOT NULL,
    at bigint NOT NULL,
    undone_at bigint,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, survivor_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, merged_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX contact_merge_survivor ON contact_merge (tenant_id, survivor_id);
CREATE INDEX contact_merge_merged ON contact_merge (tenant_id, merged_id);

-- Keyed name prefixes (2 to 8 letters) and phone endings, for the search box.
CREATE TABLE contact_search (
    tenant_id uuid NOT NULL,
    token bytea NOT NULL,
    contact_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, token, contact_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX contact_search_contact ON contact_search (tenant_id, contact_id);

CREATE TABLE tag (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tag_name ON tag (tenant_id, name);

CREATE TABLE contact_tag (
    tenant_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    tag_id uuid NOT NULL,
    source text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, tag_id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, tag_id) REFERENCES tag (tenant_id, id)
);
CREATE INDEX contact_tag_tag ON contact_tag (tenant_id, tag_id);

-- The consent ledger: append only, linked by the chainer; a withdrawal never overwrites a consent.
CREATE TABLE consent_entry (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    purpose text NOT NULL,
    topic text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('requested', 'prompted', 'confirmed', 'refused', 'expired',
        'withdrawn', 'superseded', 'unproven')),
    method text NOT NULL,
    source_token bytea NOT NULL,
    evidence_sealed bytea NOT NULL,
    provider_at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    chain_seq bigint,
    chain_hash bytea,
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
    tenant_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    purpose text NOT NULL,
    topic text NOT NULL,
    state text NOT NULL,
    since bigint NOT NULL,
    entry_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, purpose, topic),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES consent_entry (tenant_id, id)
);
CREATE INDEX consent_state_entry ON consent_state (tenant_id, entry_id);

-- One row for each thing that touched a person: at, kind, reference, numbers; no text.
CREATE TABLE activity (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    at bigint NOT NULL,
    kind text NOT NULL,
    reference uuid NOT NULL,
    amount bigint,
    currency text,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX activity_contact ON activity (tenant_id, contact_id, at);

-------------------------------------------------------------------------------------------- channels

-- Platform apps: webhooks are per app, each with several live secrets.
CREATE TABLE platform_app (
    id uuid PRIMARY KEY,
    slug text NOT NULL,
    secrets_sealed bytea NOT NULL,
    verify_token_sealed bytea NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE UNIQUE INDEX platform_app_slug ON platform_app (slug);

-- Which tenant an id of the platform belongs to: the way from a delivery to its house.
CREATE TABLE route (
    kind text NOT NULL CHECK (kind IN ('number', 'waba')),
    external_id text NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    target_id uuid NOT NULL,
    PRIMARY KEY (kind, external_id)
);
CREATE INDEX route_tenant ON route (tenant_id);

CREATE TABLE waba (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    waba_id text NOT NULL,
    portfolio_id text,
    messaging_account_id text,
    state text NOT NULL CHECK (state IN ('active', 'restricted', 'disabled', 'offboarded')),
    state_at bigint NOT NULL,
    restricted_until bigint,
    messaging_limit text,
    messaging_limit_at bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX waba_external ON waba (tenant_id, waba_id);

CREATE TABLE number (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    waba_row_id uuid NOT NULL,
    phone_number_id text NOT NULL,
    display_phone_number text NOT NULL,
    verified_name text NOT NULL,
    state text NOT NULL CHECK (state IN ('connected', 'disconnected')),
    quality text,
    throughput text,
    token_sealed bytea,
    token_expires_at bigint,
    held_until bigint NOT NULL,
    held_since bigint,
    held_because text,
    accepted_at bigint,
    trouble_code integer,
    trouble_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, waba_row_id) REFERENCES waba (tenant_id, id)
);
CREATE UNIQUE INDEX number_external ON number (tenant_id, phone_number_id);
CREATE INDEX number_waba ON number (tenant_id, waba_row_id);

-- The deduplication of raw deliveries; dropped after the platform's 7 days of retries and a day more.
CREATE TABLE delivery_key (
    app text NOT NULL,
    token bytea NOT NULL,
    delivery_id uuid NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (app, token)
);
CREATE INDEX delivery_key_age ON delivery_key (received_at);

-- Raw deliveries as they came, people and tenants mixed, sealed under the day's intake key.
CREATE TABLE delivery (
    id uuid PRIMARY KEY,
    app text NOT NULL,
    lane smallint NOT NULL,
    state text NOT NULL CHECK (state IN ('stored', 'drained', 'dead')),
    intake_key text NOT NULL,
    body_sealed bytea NOT NULL,
    received_at bigint NOT NULL,
    lease_until bigint NOT NULL,
    fence bigint NOT NULL,
    attempts smallint NOT NULL,
    trouble text
);
CREATE INDEX delivery_waiting ON delivery (lane, id) WHERE state = 'stored';

-- Updates for numbers and accounts that nobody has connected (yet): kept until their intake key goes.
CREATE TABLE aside (
    delivery_id uuid NOT NULL,
    item integer NOT NULL,
    phone_number_id text NOT NULL,
    waba_id text NOT NULL,
    field text NOT NULL,
    intake_key text NOT NULL,
    body_sealed bytea NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (delivery_id, item)
);
CREATE INDEX aside_number ON aside (phone_number_id);
CREATE INDEX aside_waba ON aside (waba_id);

-- Everything the platform told about accounts, templates, numbers, history and unknown fields.
CREATE TABLE platform_update (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    token bytea NOT NULL,
    field text NOT NULL,
    event text NOT NULL,
    waba_row_id uuid,
    number_id uuid,
    subject_id uuid NOT NULL,
    payload_sealed bytea NOT NULL,
    at bigint NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX platform_update_token ON platform_update (tenant_id, token);
CREATE INDEX platform_update_at ON platform_update (tenant_id, at);

CREATE TABLE template (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    waba_row_id uuid NOT NULL,
    template_id text NOT NULL,
    name text NOT NULL,
    language text NOT NULL,
    status text,
    status_reason text,
    status_at bigint NOT NULL,
    category text,
    category_coming text,
    category_at bigint NOT NULL,
    quality text,
    quality_at bigint NOT NULL,
    components jsonb,
    components_at bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, waba_row_id) REFERENCES waba (tenant_id, id)
);
CREATE UNIQUE INDEX template_external ON template (tenant_id, waba_row_id, template_id);

-- Files. Those that people send are wanted, fetched within the 5 minutes their link lives, and sealed
-- under the person's key. Those that colleagues upload belong to no message and no number yet, are
-- sealed under a key of their own (subject_id is their own id), and go to the platform when they are
-- sent for the first time; its id is good for 30 days and for the number that it was made for.
CREATE TABLE media (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    number_id uuid,
    message_id uuid,
    platform_media_id text NOT NULL,
    platform_uploaded_at bigint,
    mime text NOT NULL,
    sha256 text NOT NULL,
    size bigint,
    state text NOT NULL CHECK (state IN ('wanted', 'stored', 'refused', 'gone')),
    trouble text,
    attempts smallint NOT NULL,
    due_at bigint NOT NULL,
    lease_until bigint NOT NULL,
    fence bigint NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
);
CREATE INDEX media_wanted ON media (due_at, id) WHERE state = 'wanted';
CREATE INDEX media_message ON media (tenant_id, message_id);
CREATE INDEX media_number ON media (tenant_id, number_id);

--------------------------------------------------------------------------------------- conversations

CREATE TABLE conversation (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    number_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'pending', 'snoozed', 'resolved', 'merged')),
    state_at bigint NOT NULL,
    snoozed_until bigint,
    assignee_id uuid,
    holder text NOT NULL CHECK (holder IN ('person', 'journey', 'bot')),
    last_message_id uuid,
    last_message_at bigint NOT NULL,
    last_message_tie bigint NOT NULL,
    last_inbound_at bigint NOT NULL,
    moved_at bigint NOT NULL,
    window_closed_at bigint NOT NULL,
    free_entry_until bigint NOT NULL,
    merged_into uuid,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
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
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    ordinal integer NOT NULL,
    starter text NOT NULL CHECK (starter IN ('customer', 'business')),
    mode text NOT NULL CHECK (mode IN ('none', 'person', 'bot', 'both')),
    started_at bigint NOT NULL,
    first_answer_at bigint,
    last_at bigint NOT NULL,
    last_direction text NOT NULL,
    turns integer NOT NULL,
    messages integer NOT NULL,
    ended_at bigint,
    end_reason text CHECK (end_reason IN ('resolved', 'silence')),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
);
CREATE UNIQUE INDEX episode_ordinal ON episode (tenant_id, conversation_id, ordinal);

CREATE TABLE message (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    number_id uuid NOT NULL,
    direction text NOT NULL CHECK (direction IN ('in', 'out', 'note', 'event')),
    kind text NOT NULL,
    origin text NOT NULL,
    author_id uuid,
    media_id uuid,
    provider_at bigint NOT NULL,
    received_at bigint NOT NULL,
    tie bigint NOT NULL,
    wamid_token bytea,
    wamid_sealed bytea,
    reply_to_token bytea,
    group_token bytea,
    body_sealed bytea,
    payload_sealed bytea,
    status text NOT NULL,
    sent_at bigint,
    delivered_at bigint,
    read_at bigint,
    played_at bigint,
    failed_at bigint,
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
    tenant_id uuid NOT NULL,
    number_id uuid NOT NULL,
    token bytea NOT NULL,
    message_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, number_id, token)
);
CREATE INDEX message_key_message ON message_key (tenant_id, message_id);

-- Every status once, with the first time it was told. The state of a message is a fold of these, so
-- it cannot depend on the order in which they came, nor on whether the message was known by then.
CREATE TABLE message_status (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    number_id uuid NOT NULL,
    wamid_token bytea NOT NULL,
    status text NOT NULL,
    participant_token bytea NOT NULL,
    at bigint NOT NULL,
    received_at bigint NOT NULL,
    error_code integer,
    pricing_category text,
    pricing_type text,
    pricing_model text,
    entry_until bigint,
    subject_id uuid NOT NULL,
    extra_sealed bytea,
    PRIMARY KEY (tenant_id, number_id, wamid_token, status, participant_token),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
);

-- Edits and withdrawals of messages by their writer, kept apart so that they may come first.
CREATE TABLE message_change (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    target_token bytea NOT NULL,
    kind text NOT NULL CHECK (kind IN ('edit', 'revoke')),
    body_sealed bytea,
    at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id)
);
CREATE INDEX message_change_thread ON message_change (tenant_id, conversation_id);

-- The one ledger of sends: a row for each recipient, written before anything leaves (F21).
CREATE TABLE send (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    origin text NOT NULL,
    origin_id uuid,
    contact_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    conversation_id uuid,
    number_id uuid NOT NULL,
    message_id uuid,
    occasion text,
    occasion_id uuid,
    kind text NOT NULL,
    category text NOT NULL,
    template_name text,
    template_language text,
    content_sealed bytea NOT NULL,
    state text NOT NULL CHECK (state IN
        ('queued', 'claimed', 'unknown', 'sent', 'failed', 'refused', 'void')),
    decision jsonb NOT NULL,
    due_at bigint NOT NULL,
    expires_at bigint,
    lease_until bigint NOT NULL,
    fence bigint NOT NULL,
    attempts smallint NOT NULL,
    attempted_at bigint,
    wamid_token bytea,
    error_code integer,
    created_at bigint NOT NULL,
    settled_at bigint,
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
    tenant_id uuid NOT NULL,
    token bytea NOT NULL,
    send_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, token)
);
CREATE INDEX send_key_send ON send_key (tenant_id, send_id);

CREATE TABLE read_mark (
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    person_id uuid NOT NULL,
    upto_at bigint NOT NULL,
    upto_tie bigint NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id, person_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX read_mark_person ON read_mark (tenant_id, person_id);

CREATE TABLE mention (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    person_id uuid NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (tenant_id, message_id, person_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX mention_person ON mention (tenant_id, person_id, at);

-- Steps that people took with a thread; resolutions end episodes.
CREATE TABLE conversation_step (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('open', 'pending', 'snoozed', 'resolved', 'assigned')),
    person_id uuid,
    assignee_id uuid,
    at bigint NOT NULL,
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
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    at bigint NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('person', 'key', 'system')),
    actor_id uuid NOT NULL,
    action text NOT NULL,
    request_id text NOT NULL,
    ids jsonb NOT NULL,
    chain_seq bigint,
    chain_hash bytea,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX audit_entry_chain ON audit_entry (tenant_id, chain_seq);
CREATE INDEX audit_entry_unlinked ON audit_entry (tenant_id, id) WHERE chain_seq IS NULL;
