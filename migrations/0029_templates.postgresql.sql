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
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    template_row_id uuid NOT NULL,
    number integer NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'leaving', 'submitted')),
    draft jsonb NOT NULL,
    left_from text,
    lease_until bigint NOT NULL,
    submitted_at bigint,
    verdict text,
    verdict_reason text,
    trouble text,
    trouble_text text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, template_row_id) REFERENCES template (tenant_id, id)
);
CREATE UNIQUE INDEX template_version_number
    ON template_version (tenant_id, template_row_id, number);
SELECT rapport_wall('template_version');

-- When an account is asked next what became of its templates, and what went wrong the last time.
ALTER TABLE waba ADD COLUMN templates_due_at bigint NOT NULL DEFAULT 0,
                 ADD COLUMN templates_synced_at bigint,
                 ADD COLUMN templates_trouble text;
CREATE INDEX waba_templates_due ON waba (templates_due_at);
GRANT SELECT (state, templates_due_at) ON waba TO rapport_across;
