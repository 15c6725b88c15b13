// GraphQL over HTTP, as its own suite audits it: a line for each of its checks.
import { auditServer } from "graphql-http";

const { GRAPHQL_URL, TOKEN } = process.env;

const results = await auditServer({
  url: GRAPHQL_URL,
  fetchFn: (url, init) =>
    fetch(url, { ...init, headers: { ...init?.headers, authorization: `Bearer ${TOKEN}` } }),
});
for (const { id, name, status, reason } of results) {
  console.log(JSON.stringify({ id, name, status, reason }));
}
