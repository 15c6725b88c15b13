-- Threads in which the last words are ours: how far they came, why nobody answers, and what to do
-- next (F38). Causes are JSON of codes and numbers. No state: not silent for long enough yet.
CREATE TABLE thread_silence (
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    state text,
    since bigint,
    causes text NOT NULL,
    step text,
    step_at bigint,
    judged_at bigint,
    due_at bigint,
    PRIMARY KEY (tenant_id, conversation_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX thread_silence_contact ON thread_silence (tenant_id, contact_id);
CREATE INDEX thread_silence_due ON thread_silence (due_at) WHERE due_at IS NOT NULL;
SELECT rapport_wall('thread_silence');
SELECT rapport_over_wall('thread_silence', 'SELECT (tenant_id, conversation_id, due_at)');
