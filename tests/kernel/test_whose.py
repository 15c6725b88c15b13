"""A statement is read rightly: what binds a tenants' table, and what only looks as if it did."""

from __future__ import annotations

import pytest

from kernel.database import whose
from kernel.database.whose import Unbound

TABLES = {
    **dict.fromkeys(("contact", "tag", "contact_tag", "message"), "tenant_id"),
    "tenant": "id",
}
BATCH = "SELECT id, words FROM unnest($2::uuid[], $3::text[]) AS source(id, words)"

# Statement → the places that must hold the tenant.
BOUND = {
    "SELECT 1": set(),
    "SELECT contact, tag FROM reader WHERE message = $1": set(),
    "SELECT 1 FROM contact WHERE tenant_id = $1": {0},
    "SELECT 1 FROM contact c WHERE $2 = c.tenant_id AND (a = 1 OR b = 2)": {1},
    "SELECT 1 FROM contact WHERE (tenant_id = $1 AND id = $2)": {0},
    'SELECT "id" "id" FROM "contact" WHERE "tenant_id"=? AND "name"=?': {0},
    "SELECT 1 FROM contact WHERE name = ? AND tenant_id = ?": {1},
    "SELECT 1 FROM contact WHERE +tenant_id = ?1 -- OR true": {0},
    "SELECT 1 FROM tenant t WHERE t.id = $1::uuid": {0},
    "SELECT 1 FROM contact c JOIN tag t ON t.tenant_id = c.tenant_id WHERE c.tenant_id = $1": {0},
    "SELECT 1 FROM contact c, tag t WHERE c.tenant_id = t.tenant_id AND t.tenant_id = $1": {0},
    "SELECT 1 FROM contact c JOIN tag t ON t.tenant_id = $1 AND c.tenant_id = $1": {0},
    "SELECT 1 FROM contact c LEFT OUTER JOIN tag AS t ON t.tenant_id = c.tenant_id"
    " WHERE c.tenant_id = $1": {0},
    f"SELECT 1 FROM ({BATCH}) AS b JOIN tag t ON t.tenant_id = $1::uuid AND t.id = b.id": {0},
    "SELECT 1 FROM (SELECT 1) b CROSS JOIN LATERAL (SELECT 1 FROM tag WHERE tenant_id = $2) x": {1},
    "SELECT (SELECT max(t.id) FROM tag t WHERE t.tenant_id = c.tenant_id) FROM contact c"
    " WHERE c.tenant_id = $1 AND c.x IS DISTINCT FROM $2": {0},
    "WITH x AS MATERIALIZED (SELECT 1 FROM tag WHERE tenant_id = $1) SELECT 1 FROM x": {0},
    "SELECT 1 FROM tag WHERE tenant_id = $1 UNION ALL SELECT 1 FROM contact"
    " WHERE tenant_id = $2 ORDER BY 1 LIMIT 5": {0, 1},
    "SELECT 1 FROM contact c WHERE c.tenant_id = $1 ORDER BY c.id FOR NO KEY UPDATE OF c": {0},
    "UPDATE contact AS c SET a = 1, tag = 2 WHERE c.tenant_id = $3 RETURNING id": {2},
    "UPDATE contact SET a = t.a FROM tag t WHERE t.tenant_id = $1"
    " AND contact.tenant_id = t.tenant_id": {0},
    "DELETE FROM contact USING tag t WHERE contact.tenant_id = $1 AND t.tenant_id = $1": {0},
    "INSERT INTO contact (id, tenant_id) VALUES (?, ?), (?, ?)": {1, 3},
    f"INSERT INTO contact (id, tenant_id) SELECT b.id, $1::uuid FROM ({BATCH}) AS b WHERE true"
    " ON CONFLICT (tenant_id, id) DO UPDATE SET x = excluded.x WHERE contact.x < excluded.x"
    " RETURNING id": {0},
    "INSERT INTO contact (tenant_id, id) SELECT tenant_id, $2 FROM tag WHERE tenant_id = $1": {0},
    "INSERT INTO reader (name) SELECT name FROM tag WHERE tenant_id = $1": {0},
}
UNBOUND = [
    "SELECT 1 FROM contact",
    "SELECT tenant_id FROM contact /* WHERE tenant_id = $1 */",
    "SELECT 1 FROM contact WHERE 'tenant_id' = $1",
    "SELECT 1 FROM contact WHERE tenant_id = $1 OR true",
    "SELECT 1 FROM contact WHERE (tenant_id = $1 OR true)",
    "SELECT 1 FROM contact WHERE NOT tenant_id = $1",
    "SELECT 1 FROM contact WHERE (tenant_id = $1) IS NOT TRUE",
    "SELECT 1 FROM contact WHERE tenant_id = $1 = false",
    "SELECT 1 FROM contact WHERE tenant_id <> $1 AND tenant_id IN ($1, $2)",
    "SELECT 1 FROM contact WHERE tenant_id = tenant_id",
    "SELECT 1 FROM contact c WHERE c.tenant_id = c.tenant_id",
    "SELECT 1 FROM contact WHERE CASE WHEN a AND tenant_id = $1 AND b THEN true END",
    "SELECT 1 FROM contact GROUP BY tenant_id HAVING tenant_id = $1",
    "SELECT 1 FROM contact c JOIN tag t ON t.id = c.x WHERE c.tenant_id = $1",
    "SELECT 1 FROM contact c, tag t WHERE c.tenant_id = t.tenant_id",
    "SELECT 1 FROM contact c, tag t WHERE tenant_id = $1",
    "SELECT 1 FROM contact c LEFT JOIN tag t ON t.tenant_id = $1 AND c.tenant_id = $1",
    "SELECT 1 FROM contact c RIGHT JOIN tag t ON c.tenant_id = $1 WHERE t.tenant_id = $1",
    "SELECT 1 FROM contact NATURAL JOIN tag WHERE contact.tenant_id = $1",
    "SELECT 1 FROM (contact c JOIN tag t ON true) WHERE c.tenant_id = $1",
    "SELECT 1 FROM contact WHERE tenant_id = $1 UNION SELECT 1 FROM contact",
    "SELECT 1 FROM public.contact WHERE tenant_id = $1",
    "SELECT 1 FROM ONLY contact",
    "TABLE contact",
    "SELECT (SELECT 1 FROM tag) FROM contact WHERE tenant_id = $1",
    "SELECT 1 FROM contact c WHERE c.tenant_id = $1 AND EXISTS"
    " (SELECT 1 FROM tag t WHERE t.tenant_id = tenant_id)",
    "SELECT 1 FROM contact c WHERE c.tenant_id = $1 AND EXISTS"
    " (SELECT 1 FROM (SELECT 1) c JOIN tag t ON t.tenant_id = c.tenant_id)",
    "SELECT 1 FROM (SELECT $1 AS tenant_id) b JOIN tag t ON t.tenant_id = b.tenant_id",
    "WITH x AS (DELETE FROM contact RETURNING id) SELECT 1 FROM x",
    "WITH contact AS (SELECT 1) SELECT 1 FROM contact",
    "UPDATE contact SET tenant_id = $2 WHERE tenant_id = $1",
    "UPDATE contact SET (a, tenant_id) = ($2, $2) WHERE tenant_id = $1",
    "UPDATE contact SET a = 1 FROM tag t WHERE contact.tenant_id = $1",
    "DELETE FROM contact USING tag t WHERE contact.tenant_id = $1",
    "INSERT INTO contact SELECT $1",
    "INSERT INTO contact (id) VALUES ($1)",
    "INSERT INTO contact (tenant_id) VALUES ($1), ('a')",
    "INSERT INTO contact (id, tenant_id) SELECT b.id, b.tenant_id FROM (SELECT 1) AS b",
    "INSERT INTO contact (tenant_id, id) SELECT $1, 1 UNION SELECT $2, 3",
    "INSERT INTO contact (tenant_id) VALUES ($1)"
    " ON CONFLICT (tenant_id) DO UPDATE SET tenant_id = $2",
]


@pytest.mark.parametrize("statement", BOUND)
def test_a_bound_statement_names_the_places_of_its_tenant(statement: str) -> None:
    assert whose.places(statement, TABLES) == BOUND[statement]


@pytest.mark.parametrize("statement", UNBOUND)
def test_an_unbound_statement_is_refused(statement: str) -> None:
    with pytest.raises(Unbound):
        whose.places(statement, TABLES)
