-- What happened, counted once (F41). How much of a metric came in an hour, under one value of a
-- dimension; under the dimension '' all of it. `bin` is 0 but for durations that are counted by bins.
CREATE TABLE kpi_hour (
    tenant_id uuid NOT NULL,
    dimension text NOT NULL,
    metric text NOT NULL,
    hour bigint NOT NULL,
    value text NOT NULL,
    bin integer NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (tenant_id, dimension, metric, hour, value, bin)
);

-- What a thing (a message, an episode of a thread, an order) has given, to be taken back when it
-- changes: hours, values of dimensions and numbers.
CREATE TABLE kpi_source (
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    thing_id uuid NOT NULL,
    part integer NOT NULL,
    generation integer NOT NULL,
    gave text NOT NULL,
    PRIMARY KEY (tenant_id, kind, thing_id, part)
);

-- How a tenant's counting stands: what is written down in another generation was given to counters
-- that are no more. Counting anew walks from stage to stage, past after_id.
CREATE TABLE kpi_count (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    generation integer NOT NULL,
    basis text NOT NULL,
    stage text,
    after_id uuid NOT NULL,
    done bigint NOT NULL,
    total bigint NOT NULL,
    is_paused smallint NOT NULL,
    started_at bigint NOT NULL,
    finished_at bigint,
    PRIMARY KEY (tenant_id, name)
);
SELECT rapport_wall(name) FROM unnest(ARRAY['kpi_hour', 'kpi_source', 'kpi_count']) AS name;
SELECT rapport_over_wall('kpi_count', 'SELECT (tenant_id, stage, is_paused)');
