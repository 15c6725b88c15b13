-- What customers' messages were read as: codes and numbers only.
CREATE TABLE message_score (
    tenant_id text NOT NULL,
    message_id text NOT NULL,
    subject_id text NOT NULL,
    change_id text,
    model integer NOT NULL,
    level integer,
    level_percent integer NOT NULL,
    intent text,
    language text,
    language_percent integer NOT NULL,
    mood integer,
    mood_percent integer NOT NULL,
    topics text NOT NULL,
    unknown text,
    scored_at integer NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subject (tenant_id, id),
    FOREIGN KEY (tenant_id, change_id) REFERENCES message_change (tenant_id, id)
);
CREATE INDEX message_score_subject ON message_score (tenant_id, subject_id);
CREATE INDEX message_score_change ON message_score (tenant_id, change_id);

-- What colleagues put right, kept for their tenant to learn from.
CREATE TABLE score_correction (
    tenant_id text NOT NULL,
    message_id text NOT NULL,
    subject_id text NOT NULL,
    person_id text,
    intent text,
    language text,
    mood integer,
    topics text,
    corrected_at integer NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
    FOREIGN KEY (tenant_id, subject_id) REFERENCES subject (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX score_correction_subject ON score_correction (tenant_id, subject_id);
CREATE INDEX score_correction_person ON score_correction (tenant_id, person_id);
