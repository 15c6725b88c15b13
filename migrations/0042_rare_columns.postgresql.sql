-- 0042: a mailing's rows have no message yet, and no occasion: a million are frozen in half the time
-- when they stand in no index of these (F26).
-- drops: send_message send_occasion

DROP INDEX send_message;
CREATE INDEX send_message ON send (tenant_id, message_id) WHERE message_id IS NOT NULL;
DROP INDEX send_occasion;
CREATE INDEX send_occasion ON send (tenant_id, occasion, occasion_id) WHERE occasion IS NOT NULL;
