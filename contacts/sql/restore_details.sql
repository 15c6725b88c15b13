-- Details as they were before a list filled them in, where they are still as it left them. A name is
-- only filled in where there was none.
UPDATE contact
   SET name_at = b.name_at, name_tie = b.name_tie,
       name_sealed = CASE WHEN b.name_tie < 0 THEN NULL ELSE contact.name_sealed END,
       language = b.language, language_source = b.language_source,
       country = b.country, country_source = b.country_source,
       time_zone = b.time_zone, time_zone_source = b.time_zone_source,
       updated_at = b.updated_at
  FROM ({batch}) AS b
 WHERE contact.tenant_id = $1::uuid AND contact.id = b.id AND contact.updated_at = b.set_at
RETURNING contact.id
