-- 0054: segments, and who belongs to them since when and until when (F36).

-- `rule` is what people write, without personal data. `code` tells those that come with the house;
-- `tag_id` the tag that members bear by the rule (F6). `filled_version` is the version by which the
-- members were worked out, `seen_to` how far the passing of time was followed since.
CREATE TABLE segment (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    name text NOT NULL,
    code text,
    rule text NOT NULL,
    version integer NOT NULL,
    filled_version integer NOT NULL,
    filled_at integer,
    seen_to integer NOT NULL,
    tag_id text,
    person_id text,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    deleted_at integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, tag_id) REFERENCES tag (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX segment_name ON segment (tenant_id, name) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX segment_code ON segment (tenant_id, code) WHERE code IS NOT NULL;
CREATE UNIQUE INDEX segment_tag ON segment (tenant_id, tag_id);
CREATE INDEX segment_person ON segment (tenant_id, person_id);
CREATE INDEX segment_seen ON segment (seen_to) WHERE deleted_at IS NULL;

-- One row for each stay. A contact that an undone import made goes with its stays.
CREATE TABLE segment_member (
    tenant_id text NOT NULL,
    segment_id text NOT NULL,
    contact_id text NOT NULL,
    entered_at integer NOT NULL,
    left_at integer,
    PRIMARY KEY (tenant_id, segment_id, contact_id, entered_at),
    FOREIGN KEY (tenant_id, segment_id) REFERENCES segment (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX segment_member_now ON segment_member (tenant_id, segment_id, contact_id)
 WHERE left_at IS NULL;
CREATE INDEX segment_member_contact ON segment_member (tenant_id, contact_id);

-- What the passing of time takes into a window, or out of one.
CREATE INDEX activity_at ON activity (tenant_id, at);
CREATE INDEX contact_created ON contact (tenant_id, created_at);
CREATE INDEX contact_facts_computed ON contact_facts (tenant_id, computed_at);
CREATE INDEX contact_score_computed ON contact_score (tenant_id, computed_at);
