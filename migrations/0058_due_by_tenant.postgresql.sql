-- 0058: what is due is looked for tenant by tenant: a million sends that rest are not walked for a
-- few that are under way, nor requests for consent that are answered.
-- drops: send_leased consent_request_due

DROP INDEX send_leased;
CREATE INDEX send_leased ON send (tenant_id, lease_until) WHERE state IN ('claimed', 'unknown');
DROP INDEX consent_request_due;
CREATE INDEX consent_request_due ON consent_request (tenant_id, due_at) WHERE due_at IS NOT NULL;
GRANT SELECT (id) ON consent_entry, audit_entry TO rapport_across;
