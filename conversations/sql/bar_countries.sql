-- The platform bars the account from writing to the countries of these contacts.
INSERT INTO barred_country (tenant_id, waba_row_id, country, at)
SELECT DISTINCT $1::uuid, n.waba_row_id, c.country, $2::bigint
  FROM ({batch}) AS b
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = b.contact_id
  JOIN number n ON n.tenant_id = $1::uuid AND n.id = b.number_id
 WHERE c.country IS NOT NULL
    ON CONFLICT (tenant_id, waba_row_id, country) DO UPDATE SET at = excluded.at
