package store

import "errors"

// manyFiles is more than anybody sends with one question.
const manyFiles = 1000

// fileCases adds the cases of a buyer, those that his chats opened before anybody knew who he is, and what was said in them.
func (s *Store) fileCases(account string, f *BuyerFile, list func(any, string, ...any) error) error {
	err := errors.Join(list(&f.Cases, "account_id = ? AND buyer_id = ?", account, f.Buyer.ID),
		list(&f.Deflections, "account_id = ? AND buyer_id = ?", account, f.Buyer.ID))
	for _, i := range f.Identities {
		var cases []Case
		var deflections []CaseDeflection
		err = errors.Join(err, list(&cases, "account_id = ? AND identity_id = ? AND buyer_id = ''", account, i.ID),
			list(&deflections, "account_id = ? AND identity_id = ? AND buyer_id = ''", account, i.ID))
		f.Cases, f.Deflections = append(f.Cases, cases...), append(f.Deflections, deflections...)
	}
	for _, c := range f.Cases {
		var messages []CaseMessage
		err = errors.Join(err, list(&messages, "case_id = ?", c.ID))
		f.CaseMessages = append(f.CaseMessages, messages...)
		files, problem := s.CaseFiles(c.ID, manyFiles) // what they are; their content he has himself, and it fits no export
		f.CaseFiles, err = append(f.CaseFiles, files...), errors.Join(err, problem)
	}
	return err
}
