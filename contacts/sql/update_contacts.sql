-- Names and places of contacts as shown last. Another worker may have written a later name already:
-- the comparison stands here, not only in memory. What a person stated is never overwritten.
UPDATE contact
   SET name_sealed = CASE WHEN b.name_sealed IS NOT NULL
                           AND (b.name_at, b.name_tie) > (contact.name_at, contact.name_tie)
                          THEN b.name_sealed ELSE contact.name_sealed END,
       name_tie = CASE WHEN b.name_sealed IS NOT NULL
                        AND (b.name_at, b.name_tie) > (contact.name_at, contact.name_tie)
                       THEN b.name_tie ELSE contact.name_tie END,
       name_at = CASE WHEN b.name_sealed IS NOT NULL
                       AND (b.name_at, b.name_tie) > (contact.name_at, contact.name_tie)
                      THEN b.name_at ELSE contact.name_at END,
       country = coalesce(b.country, contact.country),
       country_source = coalesce(b.country_source, contact.country_source),
       time_zone = CASE WHEN b.country IS NULL OR contact.time_zone_source = 'stated'
                        THEN contact.time_zone ELSE b.time_zone END,
       language = CASE WHEN b.country IS NULL OR contact.language_source = 'stated'
                       THEN contact.language ELSE b.language END,
       updated_at = $2
  FROM ({batch}) AS b
 WHERE contact.tenant_id = $1::uuid AND contact.id = b.id
