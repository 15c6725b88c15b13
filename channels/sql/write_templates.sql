-- Write what was folded from newer words of the platform; the rows are held by the caller's unit.
UPDATE template
   SET name = b.name, language = b.language,
       status_at = b.status_at, status = b.status, status_reason = b.status_reason,
       category_at = b.category_at, category = b.category, category_coming = b.category_coming,
       quality_at = b.quality_at, quality = b.quality,
       components_at = b.components_at, components = b.components,
       updated_at = $2
  FROM ({batch}) AS b
 WHERE template.tenant_id = $1::uuid AND template.id = b.id
