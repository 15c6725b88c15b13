-- Hold the consents of these contacts until the claim is committed: a withdrawal comes before it or
-- after it, never in between.
SELECT 1 AS held
  FROM ({batch}) AS b
  JOIN consent_state cs ON cs.tenant_id = $1::uuid AND cs.contact_id = b.contact_id
   FOR SHARE OF cs
