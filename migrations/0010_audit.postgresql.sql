-- 0010: the audit log (F48). An actor may be the contact on a public page, or a stranger, who has no
-- id. The ids are a text: a link of the chain covers what was written, to the letter.

ALTER TABLE audit_entry
    DROP CONSTRAINT audit_entry_actor_kind_check,
    ADD CONSTRAINT audit_entry_actor_kind_check
        CHECK (actor_kind IN ('person', 'key', 'contact', 'system', 'stranger')),
    ALTER COLUMN actor_id DROP NOT NULL,
    ALTER COLUMN ids TYPE text USING ids::text,
    ADD COLUMN outcome text NOT NULL DEFAULT 'done';
CREATE INDEX audit_entry_actor ON audit_entry (tenant_id, actor_id, id);
CREATE INDEX audit_entry_action ON audit_entry (tenant_id, action, id);

-- Finds the entries about a person, by the ids of contacts and subjects among theirs.
CREATE TABLE audit_subject (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    about_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, about_id, entry_id)
);
SELECT rapport_wall('audit_subject');
