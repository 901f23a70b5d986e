-- Files that buyers send with their questions.

-- +goose Up
CREATE TABLE case_files (
    id          text NOT NULL PRIMARY KEY,
    account_id  text NOT NULL,
    case_id     text NOT NULL,
    identity_id text NOT NULL,
    album       text NOT NULL,
    name        text NOT NULL,
    mime        text NOT NULL,
    size        bigint NOT NULL,
    body        bytea,
    created_at  timestamptz NOT NULL
);
CREATE INDEX case_files_by_case ON case_files (case_id, created_at, id);
CREATE INDEX case_files_by_identity ON case_files (account_id, identity_id, case_id, created_at, id);
CREATE INDEX case_files_waiting ON case_files (created_at) WHERE case_id = '';

-- +goose Down
DROP TABLE case_files;
