-- The identities that were shown, and all others of the same contacts: a phone that comes with another
-- user id than its holder's has changed hands, and the number shown last tells where somebody is.
WITH shown AS (
    SELECT i.contact_id
      FROM ({batch}) AS b
      JOIN identity i
        ON i.tenant_id = $1::uuid AND i.kind = b.kind AND i.scope = b.scope AND i.token = b.token
), people AS (
    SELECT DISTINCT contact_id FROM shown
)
SELECT i.id, i.contact_id, i.subject_id, i.kind, i.scope, i.token, i.source,
       i.first_at, i.last_at, i.ended_at, i.value_sealed,
       c.subject_id AS contact_subject_id, c.state AS contact_state, c.name_at, c.name_tie,
       c.country, c.country_source, c.time_zone, c.language
  FROM people p
  JOIN identity i ON i.tenant_id = $1::uuid AND i.contact_id = p.contact_id
  JOIN contact c ON c.tenant_id = $1::uuid AND c.id = p.contact_id
