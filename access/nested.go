package access

import "context"

// Branch is a group whose members are in another group, or in an organisation, by way
// of it.
type Branch struct {
	Of     Subject
	Path   []Subject // the groups from the one that was asked about down to Of; empty: it is that one
	Window           // when Of is in it, by this path
}

// branchPage is how many members are read at a time to find the groups among them.
const branchPage = 500

// Branches returns the group or organisation itself, and the groups in it, those in
// groups too: each once, by the shortest path, the nearest first. Members are listed of
// each with Members.
func (s *Service) Branches(ctx context.Context, of Subject) ([]Branch, error) {
	all, seen := []Branch{{Of: of}}, map[Subject]bool{of: true}
	for i := 0; i < len(all); i++ {
		inside, err := s.groupsIn(ctx, all[i].Of)
		if err != nil {
			return nil, err
		}
		for _, m := range inside {
			if seen[m.Member] {
				continue
			}
			seen[m.Member] = true
			path := append(append([]Subject{}, all[i].Path...), m.Member)
			all = append(all, Branch{m.Member, path, all[i].and(m.Window)})
		}
	}
	return all, nil
}

// groupsIn returns the memberships of groups in a group or an organisation. Members
// come in the order of their kinds.
func (s *Service) groupsIn(ctx context.Context, of Subject) (all []MembershipRecord, err error) {
	for after := (Subject{Kind: Group}); ; {
		page, next, err := s.Members(ctx, of, after, branchPage)
		if err != nil {
			return nil, err
		}
		for i := range page {
			if page[i].Member.Kind != Group {
				return all, nil
			}
			all = append(all, page[i])
		}
		if next == (Subject{}) {
			return all, nil
		}
		after = next
	}
}

// In returns the window in which who is in Of at w is in what was asked about.
func (b Branch) In(w Window) Window { return b.and(w) }
