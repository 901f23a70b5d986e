package store

import (
	"fmt"
	"time"

	"gorm.io/gorm/clause"
)

// A ListCount is a list with how many are on it.
type ListCount struct {
	List    ContactList
	Members int64
	// Silent are those of them who want no mail of a kind.
	Silent int64
}

// AddList records a list unless there is one of that kind and name, and reports whether it did.
func (s *Store) AddList(l ContactList) (bool, error) { return s.addNew(&l) }

// List returns a list that is not archived. ErrNotFound: there is none.
func (s *Store) List(account, id string) (ContactList, error) {
	return readOne[ContactList](s, "SELECT "+s.columns(ContactList{}, "l")+
		" FROM contact_lists l WHERE l.account_id = ? AND l.id = ? AND l.archived_at IS NULL", account, id)
}

// ListNamed returns the list of a kind with a folded name. ErrNotFound: there is none.
func (s *Store) ListNamed(account, kind, key string) (ContactList, error) {
	return readOne[ContactList](s, "SELECT "+s.columns(ContactList{}, "l")+
		" FROM contact_lists l WHERE l.account_id = ? AND l.kind = ? AND l.name_key = ? AND l.archived_at IS NULL", account, kind, key)
}

// Lists returns the lists of a kind behind a folded name, by name, with how many are on each. optedOut is the kind of mail.
func (s *Store) Lists(account, kind, after, optedOut string, limit int) ([]ListCount, error) {
	all, err := read[ListCount](s, limit, "SELECT "+s.columns(ContactList{}, "l")+`,
		(SELECT count(*) FROM list_members m WHERE m.list_id = l.id AND m."on"),
		(SELECT count(*) FROM list_members m JOIN opt_outs o ON o.account_id = m.account_id AND o.buyer_id = m.buyer_id AND o.kind = ?
			WHERE m.list_id = l.id AND m."on")
		FROM contact_lists l WHERE l.account_id = ? AND l.kind = ? AND l.name_key > ? AND l.archived_at IS NULL
		ORDER BY l.name_key LIMIT ?`, optedOut, account, kind, after, limit)
	if err != nil {
		return nil, fmt.Errorf("lists: %w", err)
	}
	return all, nil
}

// ListsByID returns lists by their ids, archived ones too.
func (s *Store) ListsByID(account string, ids []string) (map[string]ContactList, error) {
	found := map[string]ContactList{}
	if len(ids) == 0 {
		return found, nil
	}
	all, err := read[ContactList](s, len(ids), "SELECT "+s.columns(ContactList{}, "l")+
		" FROM contact_lists l WHERE l.account_id = ? AND l.id IN ? ORDER BY l.id LIMIT ?", account, ids, len(ids))
	for _, l := range all {
		found[l.ID] = l
	}
	return found, err
}

// SaveList writes a list's name, partner and end.
//
// Errors: ErrConflict when another one has the name, or it is gone.
func (s *Store) SaveList(l ContactList) error {
	return one(s.db().Model(&ContactList{}).Where("account_id = ? AND id = ? AND archived_at IS NULL", l.AccountID, l.ID).
		UpdateColumns(map[string]any{"name": l.Name, "name_key": l.NameKey, "remote_id": l.RemoteID, "archived_at": l.ArchivedAt}))
}

// A ListedMember is somebody on a list.
type ListedMember struct {
	Buyer  Buyer
	Member ListMember
	Silent bool // wants no mail of a kind
}

// ListMembers returns who is on a list, newest first, behind a cursor; of those alone of whose words
// (see BuyerWords) one begins with each key. optedOut is the kind of mail.
func (s *Store) ListMembers(list string, keys []string, optedOut string, after Cursor, limit int) ([]ListedMember, error) {
	query := "SELECT " + s.columns(Buyer{}, "b") + "," + s.columns(ListMember{}, "m") + `,
		EXISTS (SELECT 1 FROM opt_outs o WHERE o.account_id = m.account_id AND o.buyer_id = m.buyer_id AND o.kind = ?)
		FROM list_members m JOIN buyers b ON b.id = m.buyer_id WHERE m.list_id = ? AND m."on"`
	values := []any{optedOut, list}
	for _, key := range keys {
		query += " AND EXISTS (SELECT 1 FROM buyer_words w WHERE w.account_id = m.account_id AND w.buyer_id = m.buyer_id AND " + s.prefix("w.word") + ")"
		values = append(values, bounds(key)...)
	}
	if after.ID != "" {
		query += " AND (m.at, m.buyer_id) < (?, ?)"
		values = append(values, after.At.UTC(), after.ID)
	}
	all, err := read[ListedMember](s, limit, query+" ORDER BY m.at DESC, m.buyer_id DESC LIMIT ?", append(values, limit)...)
	if err != nil {
		return nil, fmt.Errorf("members of a list: %w", err)
	}
	return all, nil
}

// MembersOf returns the rows of some buyers on all lists, for changing them.
func (s *Store) MembersOf(account string, buyers []string) ([]ListMember, error) {
	return read[ListMember](s, len(buyers), "SELECT "+s.columns(ListMember{}, "m")+
		" FROM list_members m WHERE m.buyer_id IN ? AND m.account_id = ? ORDER BY m.list_id, m.buyer_id LIMIT ?", buyers, account, maxFacts)
}

// PutMembers writes rows of members, new or changed.
func (s *Store) PutMembers(all []ListMember) error {
	for len(all) > 0 {
		n := min(len(all), MaxBatch)
		part := all[:n]
		if err := s.db().Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "list_id"}, {Name: "buyer_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"on", "at", "cause", "by_hand", "hand_at"}),
		}).Create(&part).Error; err != nil {
			return fmt.Errorf("put members of lists: %w", err)
		}
		all = all[n:]
	}
	return nil
}

// AddOptOut records that somebody wants no mail of a kind, and reports whether that is new.
func (s *Store) AddOptOut(o OptOut) (bool, error) { return s.addNew(&o) }

// DropOptOut takes it back, and reports whether there was one.
func (s *Store) DropOptOut(account, buyer, kind string) (bool, error) {
	n, err := s.exec("DELETE FROM opt_outs WHERE account_id = ? AND buyer_id = ? AND kind = ?", account, buyer, kind)
	return n > 0, err
}

// OptOuts returns what kinds of mail a buyer does not want.
func (s *Store) OptOuts(account, buyer string) ([]OptOut, error) {
	return read[OptOut](s, 2, "SELECT "+s.columns(OptOut{}, "o")+
		" FROM opt_outs o WHERE o.account_id = ? AND o.buyer_id = ? ORDER BY o.kind LIMIT 50", account, buyer)
}

// RemoteLists returns the lists that have a partner at the list manager.
func (s *Store) RemoteLists(account string, limit int) ([]ContactList, error) {
	return read[ContactList](s, 4, "SELECT "+s.columns(ContactList{}, "l")+` FROM contact_lists l
		WHERE l.account_id = ? AND l.remote_id <> 0 AND l.archived_at IS NULL ORDER BY l.id LIMIT ?`, account, limit)
}

// RemoteMembers returns the ids of buyers who are or were on a list, behind an id.
func (s *Store) RemoteMembers(list, after string, limit int) ([]string, error) {
	type row struct{ ID string }
	all, err := read[row](s, limit, "SELECT m.buyer_id FROM list_members m WHERE m.list_id = ? AND m.buyer_id > ? ORDER BY m.buyer_id LIMIT ?", list, after, limit)
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	return ids, err
}

// maxFacts bounds what is read of the buyers of one batch. A buyer has dozens of rows.
const maxFacts = 200_000

// LockAll has whoever changes one of these buyers next wait for this transaction. The order keeps two from waiting for each
// other.
func (s *Store) LockAll(buyers []string) error {
	if s.Dialect() != onPostgres || len(buyers) == 0 {
		return nil
	}
	type row struct{ ID string }
	_, err := read[row](s, len(buyers), "SELECT b.id FROM buyers b WHERE b.id IN ? ORDER BY b.id LIMIT ? FOR "+forChange, buyers, len(buyers))
	if err != nil {
		return fmt.Errorf("lock buyers: %w", err)
	}
	return nil
}

// PaidTimes returns when the purchases of some buyers were paid, by buyer, earliest first.
func (s *Store) PaidTimes(account string, buyers []string) (map[string][]time.Time, error) {
	type row struct {
		Buyer string
		At    time.Time
	}
	all, err := read[row](s, len(buyers), `SELECT p.buyer_id, p.approved_at FROM purchases p
		WHERE p.account_id = ? AND p.buyer_id IN ? AND p.approved_at IS NOT NULL ORDER BY p.approved_at, p.id LIMIT ?`, account, buyers, maxFacts)
	if err != nil {
		return nil, fmt.Errorf("times of payment: %w", err)
	}
	at := map[string][]time.Time{}
	for _, r := range all {
		at[r.Buyer] = append(at[r.Buyer], r.At.UTC())
	}
	return at, nil
}

// CountMembers counts who is on a list, and who of them wants no mail of a kind.
func (s *Store) CountMembers(list, optedOut string) (members, silent int64, err error) {
	type row struct{ Members, Silent int64 }
	r, err := readOne[row](s, `SELECT (SELECT count(*) FROM list_members m WHERE m.list_id = ? AND m."on"),
		(SELECT count(*) FROM list_members m JOIN opt_outs o ON o.account_id = m.account_id AND o.buyer_id = m.buyer_id AND o.kind = ?
			WHERE m.list_id = ? AND m."on")`, list, optedOut, list)
	return r.Members, r.Silent, err
}

// TagsOf returns the names of the tags that a buyer has, by name.
func (s *Store) TagsOf(account, buyer string) ([]string, error) {
	return s.namesOf(account, buyer, "tag")
}

// TagsOnList returns the names of the tags of everybody on a list, by buyer.
func (s *Store) TagsOnList(list string) (map[string][]string, error) {
	type row struct{ Buyer, Name string }
	all, err := read[row](s, 20, `SELECT t.buyer_id, l.name FROM list_members m
		JOIN list_members t ON t.buyer_id = m.buyer_id AND t."on" JOIN contact_lists l ON l.id = t.list_id AND l.kind = 'tag' AND l.archived_at IS NULL
		WHERE m.list_id = ? AND m."on" ORDER BY t.buyer_id, l.name_key LIMIT ?`, list, maxFacts)
	tags := map[string][]string{}
	for _, r := range all {
		tags[r.Buyer] = append(tags[r.Buyer], r.Name)
	}
	return tags, err
}

// ListsOf returns the names of the lists that a buyer is on, by name.
func (s *Store) ListsOf(account, buyer string) ([]string, error) {
	return s.namesOf(account, buyer, "list")
}

func (s *Store) namesOf(account, buyer, kind string) ([]string, error) {
	type row struct{ Name string }
	all, err := read[row](s, 4, `SELECT l.name FROM list_members m JOIN contact_lists l ON l.id = m.list_id
		WHERE m.buyer_id = ? AND m."on" AND l.account_id = ? AND l.kind = ? AND l.archived_at IS NULL ORDER BY l.name_key LIMIT 200`, buyer, account, kind)
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = r.Name
	}
	return names, err
}

// OnList reports whether a buyer is on a list.
func (s *Store) OnList(list, buyer string) (bool, error) {
	type row struct{ N int64 }
	r, err := readOne[row](s, `SELECT count(*) FROM list_members m WHERE m.list_id = ? AND m.buyer_id = ? AND m."on"`, list, buyer)
	return r.N > 0, err
}

// AccountsWithRemoteLists returns the accounts that have lists with a partner at a list manager.
func (s *Store) AccountsWithRemoteLists(limit int) ([]string, error) {
	type row struct{ ID string }
	all, err := read[row](s, 1, "SELECT DISTINCT l.account_id FROM contact_lists l WHERE l.remote_id <> 0 AND l.archived_at IS NULL ORDER BY l.account_id LIMIT ?", limit)
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	return ids, err
}
