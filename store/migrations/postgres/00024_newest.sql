-- Whom a word finds in the order of what they bought last: look-ups by a name that very many have read a page of them, not all.
-- newest is never before the newest purchase of the buyer; behind all time where it is not known. Rows are filled five
-- thousand buyers at a time, each step a transaction of its own, and a step that was cut off is taken up again.

-- +goose NO TRANSACTION
-- +goose Up
ALTER TABLE buyer_words ADD COLUMN IF NOT EXISTS newest timestamptz NOT NULL DEFAULT '9999-12-31 00:00:00+00';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION buyer_words_bought() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- In one order, so that two that record purchases of the same buyers cannot wait for each other.
    UPDATE buyer_words w SET newest = f.at
    FROM (SELECT x.buyer_id, x.word, b.at FROM (SELECT buyer_id, max(ordered_at) AS at FROM fresh GROUP BY buyer_id) b
          JOIN buyer_words x ON x.buyer_id = b.buyer_id AND x.newest < b.at
          ORDER BY x.buyer_id, x.word FOR UPDATE OF x) f
    WHERE w.buyer_id = f.buyer_id AND w.word = f.word;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION buyer_words_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE buyer_words SET newest = NEW.ordered_at WHERE buyer_id = NEW.buyer_id AND newest < NEW.ordered_at;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE OR REPLACE TRIGGER purchases_bought AFTER INSERT ON purchases
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION buyer_words_bought();
CREATE OR REPLACE TRIGGER purchases_moved AFTER UPDATE OF buyer_id, ordered_at ON purchases FOR EACH ROW
    WHEN (OLD.buyer_id <> NEW.buyer_id OR OLD.ordered_at <> NEW.ordered_at) EXECUTE FUNCTION buyer_words_moved();

-- +goose StatementBegin
DO $$
DECLARE
    first text := '';
    last text;
BEGIN
    LOOP
        SELECT max(id) INTO last FROM (SELECT id FROM buyers WHERE id > first ORDER BY id LIMIT 5000) part;
        EXIT WHEN last IS NULL;
        -- Whoever records a purchase of one of them waits until the step is over, and so do we for him.
        PERFORM 1 FROM buyers WHERE id > first AND id <= last ORDER BY id FOR UPDATE;
        UPDATE buyer_words w SET newest = coalesce((SELECT max(p.ordered_at) FROM purchases p
            WHERE p.account_id = w.account_id AND p.buyer_id = w.buyer_id), '0001-01-01 00:00:00+00')
        WHERE w.buyer_id > first AND w.buyer_id <= last AND w.newest > '9999-01-01';
        COMMIT;
        first := last;
    END LOOP;
END $$;
-- +goose StatementEnd

CREATE UNIQUE INDEX IF NOT EXISTS buyer_words_of_buyer ON buyer_words (buyer_id, word);
CREATE INDEX IF NOT EXISTS buyer_words_by_newest ON buyer_words (account_id, word, newest DESC, buyer_id);
ALTER TABLE buyer_words DROP CONSTRAINT IF EXISTS buyer_words_pkey;
DROP INDEX IF EXISTS buyer_words_by_buyer;
ALTER TABLE buyer_words ADD CONSTRAINT buyer_words_pkey PRIMARY KEY USING INDEX buyer_words_of_buyer;

-- What a search by words needs of a buyer's purchases, all in the index.
CREATE INDEX IF NOT EXISTS purchases_by_buyer_anew ON purchases (account_id, buyer_id, ordered_at DESC, id DESC) INCLUDE (status, product_id);
DROP INDEX IF EXISTS purchases_by_buyer;
ALTER INDEX purchases_by_buyer_anew RENAME TO purchases_by_buyer;

-- +goose Down
DROP INDEX purchases_by_buyer;
CREATE INDEX purchases_by_buyer ON purchases (account_id, buyer_id, ordered_at DESC, id DESC);
DROP TRIGGER purchases_moved ON purchases;
DROP TRIGGER purchases_bought ON purchases;
DROP FUNCTION buyer_words_moved();
DROP FUNCTION buyer_words_bought();
ALTER TABLE buyer_words DROP CONSTRAINT buyer_words_pkey;
DROP INDEX buyer_words_by_newest;
ALTER TABLE buyer_words DROP COLUMN newest;
ALTER TABLE buyer_words ADD PRIMARY KEY (account_id, word, buyer_id);
CREATE INDEX buyer_words_by_buyer ON buyer_words (buyer_id);
