-- Calls to platforms are counted where all replicas see it.

-- +goose Up
CREATE TABLE call_counts (
    platform     text COLLATE "C" NOT NULL PRIMARY KEY,
    minute       bigint NOT NULL,
    taken        bigint NOT NULL,
    previous     bigint NOT NULL,
    paused_until bigint NOT NULL,
    slowed_until bigint NOT NULL
);

-- +goose Down
DROP TABLE call_counts;
