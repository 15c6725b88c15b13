-- What is left of people who are forgotten: an id. One that was joined into another leads there still.
UPDATE contact
   SET state = CASE WHEN state = 'merged' THEN state ELSE 'erased' END,
       name_sealed = NULL, name_at = 0, name_tie = -1, owner_id = NULL,
       language = NULL, language_source = NULL, country = NULL, country_source = NULL,
       time_zone = NULL, time_zone_source = NULL, marketing_gap_days = 0, suppressed_by = NULL,
       updated_at = $2
  FROM ({batch}) AS b
 WHERE contact.tenant_id = $1::uuid AND contact.id = b.id
