-- Threads in which the last words are ours: how far they came, why nobody answers, and what to do
-- next (F38). Causes are JSON of codes and numbers. No state: not silent for long enough yet.
CREATE TABLE thread_silence (
    tenant_id text NOT NULL,
    conversation_id text NOT NULL,
    contact_id text NOT NULL,
    state text,
    since integer,
    causes text NOT NULL,
    step text,
    step_at integer,
    judged_at integer,
    due_at integer,
    PRIMARY KEY (tenant_id, conversation_id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversation (tenant_id, id),
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contact (tenant_id, id)
);
CREATE INDEX thread_silence_contact ON thread_silence (tenant_id, contact_id);
CREATE INDEX thread_silence_due ON thread_silence (due_at) WHERE due_at IS NOT NULL;
