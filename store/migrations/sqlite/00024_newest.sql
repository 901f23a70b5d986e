-- Whom a word finds in the order of what they bought last: look-ups by a name that very many have read a page of them, not all.
-- newest is never before the newest purchase of the buyer; behind all time where it is not known.

-- +goose Up
CREATE TABLE buyer_words_anew (
    account_id text NOT NULL,
    word       text NOT NULL,
    buyer_id   text NOT NULL REFERENCES buyers (id) ON DELETE CASCADE,
    newest     timestamp NOT NULL DEFAULT '9999-12-31 00:00:00+00:00',
    PRIMARY KEY (buyer_id, word)
) WITHOUT ROWID;
INSERT INTO buyer_words_anew (account_id, word, buyer_id, newest)
SELECT w.account_id, w.word, w.buyer_id, coalesce((SELECT p.ordered_at FROM purchases p
    WHERE p.account_id = w.account_id AND p.buyer_id = w.buyer_id ORDER BY p.ordered_at DESC, p.id DESC LIMIT 1), '0001-01-01 00:00:00+00:00')
FROM buyer_words w ORDER BY w.buyer_id, w.account_id, w.word;
DROP TABLE buyer_words;
ALTER TABLE buyer_words_anew RENAME TO buyer_words;
CREATE INDEX buyer_words_by_newest ON buyer_words (account_id, word, newest DESC, buyer_id);

-- +goose StatementBegin
CREATE TRIGGER purchases_bought AFTER INSERT ON purchases BEGIN
    UPDATE buyer_words SET newest = NEW.ordered_at WHERE buyer_id = NEW.buyer_id AND newest < NEW.ordered_at;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER purchases_moved AFTER UPDATE OF buyer_id, ordered_at ON purchases
WHEN OLD.buyer_id <> NEW.buyer_id OR OLD.ordered_at <> NEW.ordered_at BEGIN
    UPDATE buyer_words SET newest = NEW.ordered_at WHERE buyer_id = NEW.buyer_id AND newest < NEW.ordered_at;
END;
-- +goose StatementEnd

-- What a search by words needs of a buyer's purchases, all in the index.
DROP INDEX purchases_by_buyer;
CREATE INDEX purchases_by_buyer ON purchases (account_id, buyer_id, ordered_at DESC, id DESC, status, product_id);

-- +goose Down
DROP INDEX purchases_by_buyer;
CREATE INDEX purchases_by_buyer ON purchases (account_id, buyer_id, ordered_at DESC, id DESC);
DROP TRIGGER purchases_moved;
DROP TRIGGER purchases_bought;
CREATE TABLE buyer_words_anew (
    account_id text NOT NULL,
    word       text NOT NULL,
    buyer_id   text NOT NULL REFERENCES buyers (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, word, buyer_id)
) WITHOUT ROWID;
INSERT INTO buyer_words_anew SELECT account_id, word, buyer_id FROM buyer_words ORDER BY account_id, word, buyer_id;
DROP TABLE buyer_words;
ALTER TABLE buyer_words_anew RENAME TO buyer_words;
CREATE INDEX buyer_words_by_buyer ON buyer_words (buyer_id);
