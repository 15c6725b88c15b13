-- 0020: shops of all tenants that are to be forgotten are found by whoever is free.
CREATE INDEX privacy_request_shops ON privacy_request (tenant_id, origin_id)
 WHERE origin = 'store' AND contact_id IS NULL AND state = 'working';
GRANT SELECT (kind, origin, contact_id) ON privacy_request TO rapport_across;
