-- What a list tells of people: a country where none is known, a language unless they stated one.
UPDATE contact
   SET country = coalesce(contact.country, b.country),
       country_source = CASE WHEN contact.country IS NULL AND b.country IS NOT NULL
                             THEN 'stated' ELSE contact.country_source END,
       language = CASE WHEN contact.language_source = 'stated'
                       THEN contact.language ELSE coalesce(b.language, contact.language) END,
       language_source = CASE WHEN b.language IS NULL
                              THEN contact.language_source ELSE 'stated' END,
       updated_at = $2
  FROM ({batch}) AS b
 WHERE contact.tenant_id = $1::uuid AND contact.id = b.id
   AND (contact.country IS NULL AND b.country IS NOT NULL
        OR b.language IS NOT NULL AND coalesce(contact.language_source, '') <> 'stated')
