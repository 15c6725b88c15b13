-- Drafts get the id under which the platform knows their name and language, unless it is here already.
UPDATE template
   SET template_id = b.template_id
  FROM ({batch}) AS b
 WHERE template.tenant_id = $1::uuid AND template.waba_row_id = b.waba_row_id
   AND template.template_id = '' AND template.name = b.name AND template.language = b.language
   AND NOT EXISTS (SELECT 1 FROM template x
                    WHERE x.tenant_id = $1::uuid AND x.waba_row_id = b.waba_row_id
                      AND x.template_id = b.template_id)
