t.id, t.waba_row_id, t.template_id, t.name, t.language, t.status, t.status_reason, t.category,
       t.category_coming, t.quality, t.components, t.created_at, t.updated_at
