-- 0030: what a message is to its reader, by which its pace is set (F22).

ALTER TABLE send ADD COLUMN pace_kind text NOT NULL DEFAULT 'service'
    CHECK (pace_kind IN ('service', 'promotion', 'useful', 'personal', 'occasion'));

-- What somebody was sent lately besides what serves them.
CREATE INDEX send_paced ON send (tenant_id, contact_id, attempted_at) WHERE pace_kind <> 'service';
