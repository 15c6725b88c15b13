-- 0038: campaigns (F26): what is said, to whom, when and how fast. Who gets it stands in the ledger
-- of sends, one row for each recipient.

-- `content_sealed` holds the template's values: words that may name somebody. What is null in a draft
-- has not been said yet; `frozen_at` is null until the whole audience stands in the ledger.
CREATE TABLE campaign (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    name text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'running', 'paused', 'finished', 'cancelled')),
    state_reason text,
    state_at integer NOT NULL,
    person_id text,
    template_name text,
    template_language text,
    template_category text,
    content_sealed blob,
    everybody integer NOT NULL CHECK (everybody IN (0, 1)),
    topic text NOT NULL,
    pace_kind text,
    per_second integer,
    starts_at integer,
    local_hour integer,
    expires_at integer,
    max_failed_percent integer NOT NULL,
    settled_before integer NOT NULL,
    failed_before integer NOT NULL,
    launched_at integer,
    frozen_at integer,
    finished_at integer,
    lease_until integer NOT NULL,
    fence integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX campaign_person ON campaign (tenant_id, person_id);
CREATE INDEX campaign_template ON campaign (tenant_id, template_name, template_language)
 WHERE state = 'running';
CREATE INDEX campaign_to_freeze ON campaign (lease_until, id)
 WHERE frozen_at IS NULL AND state IN ('running', 'paused');
CREATE INDEX campaign_running ON campaign (id) WHERE state = 'running';

-- The numbers that a campaign goes out from, and since its launch the mailing of each.
CREATE TABLE campaign_number (
    tenant_id text NOT NULL,
    campaign_id text NOT NULL,
    number_id text NOT NULL,
    mailing_id text,
    PRIMARY KEY (tenant_id, campaign_id, number_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, number_id) REFERENCES number (tenant_id, id)
);
CREATE INDEX campaign_number_number ON campaign_number (tenant_id, number_id);

-- Whom it is for by their tags: one of `any`, each of `all`, and never `none`.
CREATE TABLE campaign_tag (
    tenant_id text NOT NULL,
    campaign_id text NOT NULL,
    tag_id text NOT NULL,
    part text NOT NULL CHECK (part IN ('any', 'all', 'none')),
    PRIMARY KEY (tenant_id, campaign_id, part, tag_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, tag_id) REFERENCES tag (tenant_id, id)
);
CREATE INDEX campaign_tag_tag ON campaign_tag (tenant_id, tag_id);

-- Contacts that were listed one by one: to be written to, or never.
CREATE TABLE campaign_contact (
    tenant_id text NOT NULL,
    campaign_id text NOT NULL,
    contact_id text NOT NULL,
    part text NOT NULL CHECK (part IN ('listed', 'excluded')),
    PRIMARY KEY (tenant_id, campaign_id, part, contact_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX campaign_contact_contact ON campaign_contact (tenant_id, contact_id);

-- Messages that the platform took and did not deliver: of too many a campaign rests by itself.
CREATE TABLE campaign_failure (
    tenant_id text NOT NULL,
    campaign_id text NOT NULL,
    message_id text NOT NULL,
    does_harm integer NOT NULL CHECK (does_harm IN (0, 1)),
    PRIMARY KEY (tenant_id, campaign_id, message_id),
    FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX campaign_failure_message ON campaign_failure (tenant_id, message_id);
