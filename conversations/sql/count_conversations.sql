-- How many threads there are under the same conditions as a page.
SELECT count(*) AS n
  FROM conversation c
 WHERE c.tenant_id = $1::uuid
   AND c.state <> 'merged'
   /* conditions */
