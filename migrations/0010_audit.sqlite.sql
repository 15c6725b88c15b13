-- 0010: the audit log (F48). An actor may be the contact on a public page, or a stranger, who has no
-- id. The ids are a text: a link of the chain covers what was written, to the letter.

CREATE TABLE audit_entry_new (
    tenant_id text NOT NULL REFERENCES tenant (id),
    id text NOT NULL,
    at integer NOT NULL,
    actor_kind text NOT NULL
        CHECK (actor_kind IN ('person', 'key', 'contact', 'system', 'stranger')),
    actor_id text,
    action text NOT NULL,
    outcome text NOT NULL DEFAULT 'done',
    request_id text NOT NULL,
    ids text NOT NULL,
    chain_seq integer,
    chain_hash blob,
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO audit_entry_new
       (tenant_id, id, at, actor_kind, actor_id, action, request_id, ids, chain_seq, chain_hash)
SELECT tenant_id, id, at, actor_kind, actor_id, action, request_id, ids, chain_seq, chain_hash
  FROM audit_entry;
DROP TABLE audit_entry;
ALTER TABLE audit_entry_new RENAME TO audit_entry;
CREATE UNIQUE INDEX audit_entry_chain ON audit_entry (tenant_id, chain_seq);
CREATE INDEX audit_entry_unlinked ON audit_entry (tenant_id, id) WHERE chain_seq IS NULL;
CREATE INDEX audit_entry_actor ON audit_entry (tenant_id, actor_id, id);
CREATE INDEX audit_entry_action ON audit_entry (tenant_id, action, id);

-- Finds the entries about a person, by the ids of contacts and subjects among theirs.
CREATE TABLE audit_subject (
    tenant_id text NOT NULL REFERENCES tenant (id),
    about_id text NOT NULL,
    entry_id text NOT NULL,
    PRIMARY KEY (tenant_id, about_id, entry_id)
) WITHOUT ROWID;
