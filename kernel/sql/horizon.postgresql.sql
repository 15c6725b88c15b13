-- The number below which no open transaction can still write an event. What is open in another
-- database of the server never writes here: its backups and long jobs hold nobody back. Who is
-- counted as being elsewhere had begun there before this snapshot was taken, so nothing slips by;
-- whoever is not found (it has just ended, it was prepared) counts as being here.
SELECT coalesce(min(open_one::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
  FROM pg_snapshot_xip(pg_current_snapshot()) AS open_one
 WHERE NOT EXISTS (
           SELECT 1 FROM pg_stat_activity AS a
            WHERE a.backend_xid = open_one::xid AND a.datname <> current_database()
       )
