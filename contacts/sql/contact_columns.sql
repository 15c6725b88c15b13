c.id, c.subject_id, c.state, c.merged_into, c.owner_id, c.name_sealed,
       c.language, c.language_source, c.country, c.country_source, c.time_zone, c.time_zone_source,
       c.marketing_gap_days, c.source, c.created_at, c.updated_at
