-- 0051: where the quintiles of a tenant's customers are cut, and how far the facts of all its contacts
-- are computed anew (F36).

-- cuts_due_at: when the cuts are to be drawn anew. walk_after: the contact behind which computing all
-- anew goes on; null where it is done.
CREATE TABLE facts_state (
    tenant_id uuid PRIMARY KEY REFERENCES tenant (id),
    buyers integer NOT NULL,
    cuts jsonb NOT NULL,
    cuts_at bigint,
    cuts_due_at bigint,
    walk_after uuid,
    walk_done integer NOT NULL,
    walk_total integer NOT NULL,
    walk_started_at bigint,
    walk_finished_at bigint
);
-- What stood before is computed once.
INSERT INTO facts_state (tenant_id, buyers, cuts, walk_after, walk_done, walk_total)
SELECT t.id, 0, '{}', '00000000000000000000000000000000', 0,
       (SELECT count(*) FROM contact c WHERE c.tenant_id = t.id)
  FROM tenant t;
SELECT rapport_wall('facts_state');
SELECT rapport_over_wall('facts_state', 'SELECT (tenant_id, cuts_due_at, walk_after)');

-- By which rule a contact's RFM segment is told.
ALTER TABLE tenant ADD COLUMN rfm_rule text NOT NULL DEFAULT 'ties';
