package store

import "slices"

// fileBulk adds where work for many was about the buyer.
func (s *Store) fileBulk(account string, f *BuyerFile) error {
	var targets []string
	for _, p := range f.Purchases {
		targets = append(targets, p.Transaction)
	}
	for _, sub := range f.Subscriptions {
		targets = append(targets, sub.Code)
	}
	for some := range slices.Chunk(targets, MaxBatch) {
		var part []BulkItem
		err := s.db().Where("account_id = ? AND target IN ?", account, some).Order("target, run_id").Limit(maxFile).Find(&part).Error
		if err != nil {
			return err
		}
		f.BulkItems = append(f.BulkItems, part...)
	}
	return nil
}

// eraseBulk takes a buyer out of work for many. What was meant for him and is not done is left out: also what waits for a mail
// that is not sent any more, or its run would wait for ever.
func (s *Store) eraseBulk(f BuyerFile) []error {
	var all []error
	for _, i := range f.BulkItems {
		values := map[string]any{"recipient": ""}
		if i.State == "waiting" || i.State == "working" {
			values["state"], values["detail"] = "left_out", "bulk.erased"
		}
		all = append(all, s.db().Model(&BulkItem{}).Where("run_id = ? AND seq = ?", i.RunID, i.Seq).UpdateColumns(values).Error)
	}
	return all
}
