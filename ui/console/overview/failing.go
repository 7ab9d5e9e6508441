package overview

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// failures are the latest sign-ins that were refused, by whom they were about and from where they
// came. It is one page of the audit log, however long that is.
type failures struct {
	Looked    int // sign-ins
	Accounts  []failing
	Addresses []failing
}

// failing is an account or an address with how often it failed.
type failing struct {
	Name, Label string // Label is how people call it
	N           int
}

const (
	mostRefusals = 200 // that are looked at
	mostFailing  = 5   // that are shown of a kind
)

func failuresOf(v *guard.Visit, page *overviewPage) error {
	found, err := guard.Ask[admin.Page[wire.Event]](v, "listAuditEvents", admin.Input{Query: url.Values{
		"action": {"signin.refuse"}, "since": {page.Now.Add(-24 * time.Hour).UTC().Format(time.RFC3339)}, "limit": {strconv.Itoa(mostRefusals)},
	}})
	if err != nil {
		return err
	}
	people, addresses := map[string]int{}, map[string]int{}
	for _, e := range found.Body.Items {
		if e.User != "" {
			people[string(e.User)]++
		}
		if e.IP != "" {
			addresses[e.IP]++
		}
	}
	page.Failures = &failures{Looked: len(found.Body.Items), Accounts: most(people), Addresses: most(addresses)}
	for i := range page.Failures.Accounts {
		one := &page.Failures.Accounts[i]
		if one.Label, err = emailOf(v, one.Name); err != nil {
			return err
		}
	}
	return nil
}

// most are the names that were counted most often.
func most(counted map[string]int) (all []failing) {
	for _, name := range slices.Sorted(maps.Keys(counted)) {
		all = append(all, failing{Name: name, Label: name, N: counted[name]})
	}
	slices.SortStableFunc(all, func(a, b failing) int { return cmp.Compare(b.N, a.N) })
	return all[:min(len(all), mostFailing)]
}

// emailOf is the address of a person, their id where the visitor may not know it or nobody has it
// any more.
func emailOf(v *guard.Visit, user string) (string, error) {
	if id.UserOf(user) == "" || !v.Can("getUser", guard.On("user", user)) {
		return user, nil
	}
	found, err := guard.Ask[admin.One[wire.UserDetail]](v, "getUser", admin.Input{Path: guard.On("user", user)})
	if fault.Is(err, fault.NotFound) { // gone meanwhile
		return user, nil
	}
	if err != nil {
		return "", err
	}
	return found.Body.Email, nil
}
