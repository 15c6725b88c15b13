-- 0018: what is done once a night: chains are checked (F48), and what is past its days goes (F49).

-- Where a chain begins, once its oldest rows were dropped in order: behind the last of them.
ALTER TABLE chain_head ADD COLUMN cut_seq integer NOT NULL DEFAULT 0;
ALTER TABLE chain_head ADD COLUMN cut_hash blob;

-- The last day, by the tenant's own calendar, whose night's work is done.
CREATE TABLE night (
    tenant_id text NOT NULL REFERENCES tenant (id),
    task text NOT NULL,
    day text NOT NULL,
    PRIMARY KEY (tenant_id, task)
);
