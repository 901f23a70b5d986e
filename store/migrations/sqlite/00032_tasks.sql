-- The open tasks: what somebody of the team does by hand in the commerce platform's panel.

-- +goose Up
CREATE INDEX requests_open_tasks ON requests (account_id, created_at, "key") WHERE state = 'assisted';

-- +goose Down
DROP INDEX requests_open_tasks;
