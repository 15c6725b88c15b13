-- What is left of people of whom the ledger of consents tells: an id.
UPDATE contact
   SET state = 'erased', name_sealed = NULL, name_at = 0, name_tie = -1,
       language = NULL, language_source = NULL, country = NULL, country_source = NULL,
       time_zone = NULL, time_zone_source = NULL, updated_at = $2
  FROM ({batch}) AS b
 WHERE contact.tenant_id = $1::uuid AND contact.id = b.id
