-- 0008: people who sign in (F1, F2). Tokens that travel by mail, and those that renew a session, are
-- made from the row's id by a key of the keyring: here stands only what they lead to.

ALTER TABLE tenant ADD COLUMN voice text NOT NULL DEFAULT '';

-- The address is proven; the second factor with the last time step that was used, once each.
ALTER TABLE account ADD COLUMN verified_at bigint;
ALTER TABLE account ADD COLUMN totp_sealed bytea;
ALTER TABLE account ADD COLUMN totp_since bigint;
ALTER TABLE account ADD COLUMN totp_step bigint NOT NULL DEFAULT 0;
UPDATE account SET verified_at = created_at;

-- A session is a family of refresh tokens: `generation` is the newest, 0 where there are none.
ALTER TABLE session ADD COLUMN generation integer NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN refreshed_at bigint;

-- Codes for who has lost the second factor; a used one is deleted.
CREATE TABLE recovery_code (
    account_id uuid NOT NULL REFERENCES account (id),
    token bytea NOT NULL,
    PRIMARY KEY (account_id, token)
);

-- Something that the holder of an account's mailbox may do once.
CREATE TABLE account_proof (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),
    kind text NOT NULL CHECK (kind IN ('verification', 'reset')),
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE INDEX account_proof_account ON account_proof (account_id, kind);
CREATE INDEX account_proof_expiry ON account_proof (expires_at);

CREATE TABLE invitation (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    email_token bytea NOT NULL,
    email_sealed bytea NOT NULL,
    name_sealed bytea NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'agent', 'analyst', 'compliance')),
    state text NOT NULL CHECK (state IN ('open', 'accepted', 'withdrawn')),
    invited_by uuid NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, invited_by) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX invitation_open ON invitation (tenant_id, email_token) WHERE state = 'open';
CREATE INDEX invitation_invited_by ON invitation (tenant_id, invited_by);

-- Mails on their way: the kind and the rows they are about, never an address or a text.
CREATE TABLE mail (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('verification', 'reset', 'invitation')),
    refs jsonb NOT NULL,
    locale text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'sent', 'given_up')),
    due_at bigint NOT NULL,
    lease_until bigint NOT NULL,
    fence bigint NOT NULL,
    attempts smallint NOT NULL,
    trouble text,
    created_at bigint NOT NULL,
    settled_at bigint
);
CREATE INDEX mail_waiting ON mail (due_at, id) WHERE state = 'waiting';
