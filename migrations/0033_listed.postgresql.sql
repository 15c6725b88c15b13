-- 0033: people may come through a touchpoint by a list that is imported (F10).

ALTER TABLE touchpoint_use
    DROP CONSTRAINT touchpoint_use_way_check,
    ADD CONSTRAINT touchpoint_use_way_check
        CHECK (way IN ('code', 'keyword', 'ad', 'page', 'import'));
