-- What happened, counted once (F41). How much of a metric came in an hour, under one value of a
-- dimension; under the dimension '' all of it. `bin` is 0 but for durations that are counted by bins.
CREATE TABLE kpi_hour (
    tenant_id text NOT NULL,
    dimension text NOT NULL,
    metric text NOT NULL,
    hour integer NOT NULL,
    value text NOT NULL,
    bin integer NOT NULL,
    n integer NOT NULL,
    PRIMARY KEY (tenant_id, dimension, metric, hour, value, bin)
) WITHOUT ROWID;

-- What a thing (a message, an episode of a thread, an order) has given, to be taken back when it
-- changes: hours, values of dimensions and numbers.
CREATE TABLE kpi_source (
    tenant_id text NOT NULL,
    kind text NOT NULL,
    thing_id text NOT NULL,
    part integer NOT NULL,
    generation integer NOT NULL,
    gave text NOT NULL,
    PRIMARY KEY (tenant_id, kind, thing_id, part)
) WITHOUT ROWID;

-- How a tenant's counting stands: what is written down in another generation was given to counters
-- that are no more. Counting anew walks from stage to stage, past after_id.
CREATE TABLE kpi_count (
    tenant_id text NOT NULL,
    name text NOT NULL,
    generation integer NOT NULL,
    basis text NOT NULL,
    stage text,
    after_id text NOT NULL,
    done integer NOT NULL,
    total integer NOT NULL,
    is_paused integer NOT NULL,
    started_at integer NOT NULL,
    finished_at integer,
    PRIMARY KEY (tenant_id, name)
);
