-- Files for one reader each, sealed until they are delivered; and what the audit log is searched by.

-- +goose Up
CREATE TABLE files (
    id           text NOT NULL PRIMARY KEY,
    account_id   text NOT NULL,
    identity_id  text NOT NULL,
    actor_id     text NOT NULL,
    name         text NOT NULL,
    mime         text NOT NULL,
    caption      text NOT NULL,
    body         bytea,
    size         bigint NOT NULL,
    lost         text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    delivered_at timestamptz
);
CREATE INDEX files_by_expiry ON files (expires_at);
CREATE INDEX files_by_identity ON files (identity_id);
CREATE INDEX audit_entries_by_actor ON audit_entries (account_id, actor, seq);
CREATE INDEX audit_entries_by_action ON audit_entries (account_id, action, seq);
CREATE INDEX audit_entries_by_time ON audit_entries (account_id, at, seq);

-- +goose Down
DROP INDEX audit_entries_by_time;
DROP INDEX audit_entries_by_action;
DROP INDEX audit_entries_by_actor;
DROP TABLE files;
