-- 0045: what the platform says of numbers when it is asked, and of those whom it did not reach (F24).

-- Until when a number sends no promotions, and why.
ALTER TABLE number ADD COLUMN promotions_held_until bigint NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN promotions_held_because text;
-- When its quality was told; its state and mode in the platform's words; when it is asked next.
ALTER TABLE number ADD COLUMN quality_at bigint NOT NULL DEFAULT 0;
ALTER TABLE number ADD COLUMN platform_status text;
ALTER TABLE number ADD COLUMN account_mode text;
ALTER TABLE number ADD COLUMN asked_at bigint;
ALTER TABLE number ADD COLUMN ask_due_at bigint NOT NULL DEFAULT 0;
CREATE INDEX number_ask_due ON number (ask_due_at);

-- The platform's code for why nothing reaches a person from a number, until they write again; until
-- when they get no promotions from it, for they have had enough of everybody's.
ALTER TABLE conversation ADD COLUMN unreachable_because integer;
ALTER TABLE conversation ADD COLUMN enough_until bigint NOT NULL DEFAULT 0;
CREATE INDEX message_failed ON message (tenant_id, conversation_id, error_code)
 WHERE error_code IS NOT NULL;

-- Countries that the platform bars an account from writing to, and when it said so.
CREATE TABLE barred_country (
    tenant_id uuid NOT NULL,
    waba_row_id uuid NOT NULL,
    country text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (tenant_id, waba_row_id, country),
    FOREIGN KEY (tenant_id, waba_row_id) REFERENCES waba (tenant_id, id)
);
SELECT rapport_wall('barred_country');
GRANT SELECT (ask_due_at) ON number TO rapport_across;
