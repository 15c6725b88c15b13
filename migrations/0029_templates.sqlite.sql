-- 0029: templates are written here (F20): drafts, every version that was submitted, and the poll.
-- drops: template_external

-- '' until the platform has given an id: of a name in a language one draft alone waits for it.
DROP INDEX template_external;
CREATE UNIQUE INDEX template_external ON template (tenant_id, waba_row_id, template_id)
 WHERE template_id <> '';
CREATE UNIQUE INDEX template_new ON template (tenant_id, waba_row_id, name, language)
 WHERE template_id = '';
CREATE INDEX template_account ON template (tenant_id, waba_row_id, name);

-- What a template holds, as its authors write it. The newest version is the one to edit; what was
-- submitted stays, with the platform's verdict.
CREATE TABLE template_version (
    tenant_id text NOT NULL,
    id text NOT NULL,
    template_row_id text NOT NULL,
    number integer NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'leaving', 'submitted')),
    draft text NOT NULL,
    left_from text,
    lease_until integer NOT NULL,
    submitted_at integer,
    verdict text,
    verdict_reason text,
    trouble text,
    trouble_text text,
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, template_row_id) REFERENCES template (tenant_id, id)
);
CREATE UNIQUE INDEX template_version_number
    ON template_version (tenant_id, template_row_id, number);

-- When an account is asked next what became of its templates, and what went wrong the last time.
ALTER TABLE waba ADD COLUMN templates_due_at integer NOT NULL DEFAULT 0;
ALTER TABLE waba ADD COLUMN templates_synced_at integer;
ALTER TABLE waba ADD COLUMN templates_trouble text;
CREATE INDEX waba_templates_due ON waba (templates_due_at);
