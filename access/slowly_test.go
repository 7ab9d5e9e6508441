package access

import "slices"

// HoldersSlowly is Holders without a page, asked of everybody.
func (s *Snapshot) HoldersSlowly(r Reach) (found []Holder, err error) {
	all := slices.SortedFunc(s.all, inOrder)
	for _, who := range all {
		h, may, err := s.holder(who, r)
		if err != nil {
			return nil, err
		}
		if may && (r.Who == nil || r.Who(who)) {
			h.Need = h.Need.with(s.rules.catalogue[s.rules.permissions[r.Permission]].requires)
			found = append(found, h)
		}
	}
	return found, nil
}

// Candidates is how many are asked for a page of those who hold what r says.
func (s *Snapshot) Candidates(r Reach) (n int) {
	for range s.reachable(s.rules.permissions[r.Permission], r.Circles, r.After) {
		n++
	}
	return n
}
