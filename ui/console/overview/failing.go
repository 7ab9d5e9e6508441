package overview

import (
	"net/url"
	"strconv"
	"time"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// failures are whose sign-ins were refused most often, and from where these came: as it is counted
// behind the audit log, however much is in there.
type failures struct {
	Since               time.Time
	Accounts, Addresses []wire.Failing
	Names               map[string]string // addresses of the people, by their ids
}

const (
	failingDays = 2 // today and yesterday
	mostFailing = 5 // that are shown of a kind
)

func failuresOf(v *guard.Visit, page *overviewPage) error {
	found, err := guard.Ask[admin.One[wire.Failures]](v, "getFailures", admin.Input{Query: url.Values{"days": {strconv.Itoa(failingDays)}}})
	if err != nil {
		return err
	}
	all := &failures{Accounts: first(found.Body.Accounts), Addresses: first(found.Body.Addresses)}
	if all.Since, err = time.Parse(time.DateOnly, found.Body.Since); err != nil {
		return err
	}
	var people []string
	for _, one := range all.Accounts {
		people = append(people, one.Name)
	}
	if all.Names, err = v.Names(people); err != nil {
		return err
	}
	page.Failures = all
	return nil
}

func first(all []wire.Failing) []wire.Failing { return all[:min(len(all), mostFailing)] }

// any reports whether anybody failed.
func (f *failures) any() bool { return len(f.Accounts)+len(f.Addresses) > 0 }
