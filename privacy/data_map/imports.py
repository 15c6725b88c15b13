"""The data map: files that were imported, and what they did."""

from __future__ import annotations

from privacy.data_map.table import Table, table

TABLES: dict[str, Table] = {
    "import_file": table(
        "imports",
        "mixed",
        clear="tenant_id id person_id size state created_at",
        withheld="A list of many people, for 7 days; what it told of each is in the other files.",
    ),
    "import_mapping": table(
        "operation",
        "nobody",
        clear="tenant_id kind columns updated_at",
        keyed="headers_token",
    ),
    "import_job": table(
        "imports",
        "colleague",
        clear="tenant_id id kind file_id person_id is_dry_run state trouble scattered round "
        "position row_number done total counts attempts lease_until fence created_at started_at "
        "finished_at updated_at",
        sealed="plan_sealed",
        house="plan_sealed",
    ),
    "import_problem": table("imports", "nobody", clear="tenant_id job_id row_number place code"),
    "import_effect": table(
        "imports",
        "contact",
        "What imported lists told of you",
        by="contact_id>contact",
        told="id job_id row_number kind contact_id object_id before",
        clear="tenant_id",
    ),
}
