-- The platform's verdicts, on the newest version of each template that it has or is being given.
UPDATE template_version
   SET verdict = b.status, verdict_reason = b.reason, updated_at = $2
  FROM ({batch}) AS b
 WHERE template_version.tenant_id = $1::uuid AND template_version.template_row_id = b.id
   AND template_version.number = (
        SELECT max(v.number) FROM template_version v
         WHERE v.tenant_id = $1::uuid AND v.template_row_id = b.id AND v.state <> 'draft')
