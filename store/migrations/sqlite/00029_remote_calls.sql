-- Calls to platforms are counted where all replicas see it.

-- +goose Up
CREATE TABLE call_counts (
    platform     text NOT NULL PRIMARY KEY,
    minute       integer NOT NULL,
    taken        integer NOT NULL,
    previous     integer NOT NULL,
    paused_until integer NOT NULL,
    slowed_until integer NOT NULL
);

-- +goose Down
DROP TABLE call_counts;
