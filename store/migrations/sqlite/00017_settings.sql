-- What a shop changes in chat, over its configuration.

-- +goose Up
ALTER TABLE accounts ADD COLUMN settings_version text NOT NULL DEFAULT '';

CREATE TABLE settings (
    account_id text NOT NULL,
    key        text NOT NULL,
    value      text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamp NOT NULL,
    PRIMARY KEY (account_id, key)
);

CREATE TABLE setting_changes (
    id            text NOT NULL PRIMARY KEY,
    account_id    text NOT NULL,
    key           text NOT NULL,
    before        text NOT NULL,
    after         text NOT NULL,
    reset         boolean NOT NULL,
    status        text NOT NULL,
    asked_by      text NOT NULL,
    asked_by_name text NOT NULL,
    reply_to      text NOT NULL,
    decided_by    text NOT NULL,
    revision      integer NOT NULL,
    created_at    timestamp NOT NULL,
    expires_at    timestamp NOT NULL
);
CREATE INDEX setting_changes_open ON setting_changes (account_id, created_at) WHERE status = 'open';

-- +goose Down
DROP TABLE setting_changes;
DROP TABLE settings;
ALTER TABLE accounts DROP COLUMN settings_version;
