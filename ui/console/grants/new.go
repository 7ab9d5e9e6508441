package grants

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// typed is how browsers send a moment that was typed; we take it for one of UTC.
const typed = "2006-01-02T15:04"

// entry is a new grant as it stands in the form, by the names of its fields.
type entry struct {
	Kind, Subject, Effect, Gives, Role, Permission, Org, Where, IDs, Condition, From, Until, Last, ACR, Reason, Ticket string
}

// askNew shows the form, with what the link to it names.
func (d *Door) askNew(v *guard.Visit) error {
	if err := v.Ready("createGrant", nil); err != nil {
		return err
	}
	page, err := newGrant(v, linked(v.Query))
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

// linked is what a link to the form names, by the names of its fields: who, or subject, is whom it is
// for, and for how long it lasts.
func linked(asked func(name string) string) entry {
	in := typedInto(asked)
	in.Kind, in.Subject, in.Last = asked("kind"), cmp.Or(asked("who"), asked("subject")), cmp.Or(asked("for"), "8h")
	if asked("until") != "" {
		in.Last = asked("for")
	}
	in.Reason, in.Ticket = "", "" // the log tells them as the words of whoever gives it
	return in
}

// typedInto is what stands in the fields of the form, but for those that links call otherwise.
func typedInto(value func(name string) string) entry {
	given := guard.Given{Gives: value("gives"), Role: value("role"), Permission: value("permission")}.Settled()
	return entry{
		Effect: value("effect"), Gives: given.Gives, Role: given.Role, Permission: given.Permission, Org: value("org"),
		Where: value("where"), IDs: value("resource_ids"), Condition: value("condition"), From: value("not_before"), Until: value("until"),
		ACR: value("acr"), Reason: value("reason"), Ticket: value("ticket"),
	}
}

func (in *entry) given() guard.Given {
	return guard.Given{Gives: in.Gives, Role: in.Role, Permission: in.Permission}
}

func newGrant(v *guard.Visit, in entry) (page newPage, err error) {
	if in.Kind == "" {
		in.Kind = string(access.User)
	}
	page = newPage{Frame: v.Frame(), In: in, Now: time.Now()}
	page.Command = in.command()
	page.Offers, err = v.Offers()
	return page, err
}

// create shows first what the grant comes to, and makes it when that was confirmed.
func (d *Door) create(v *guard.Visit) error {
	if err := v.Ready("createGrant", nil); err != nil {
		return err
	}
	value := func(name string) string { return strings.TrimSpace(v.Value(name)) }
	in := typedInto(value)
	in.Kind, in.Subject, in.Last = value("subject.kind"), value("subject"), value("expires_at")
	page, err := newGrant(v, in)
	if err != nil {
		return err
	}
	made, err := page.make(v)
	switch {
	case err != nil:
	case len(made) == 0:
		return v.Show(http.StatusOK, page)
	case len(made) == 1:
		return v.Done(pathOf(string(made[0].ID)), "new")
	default:
		return showSeveral(v, severalPage{Frame: page.Frame, Made: made, Now: page.Now, People: v.Can("getUser", nil)})
	}
	if guard.Repeated(err) {
		return v.Done(path, "new")
	}
	page.Sure = false
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}

// make returns the grants that were made, none while they are to be looked at first.
func (p *newPage) make(v *guard.Visit) ([]wire.Grant, error) {
	bodies, err := p.bodies(v)
	if err != nil {
		return nil, err
	}
	if v.Value("confirmed") == "" || v.Value("back") != "" {
		p.Sure = v.Value("back") == ""
		return nil, p.look(v, bodies)
	}
	if len(bodies) > 1 {
		made, err := guard.Ask[admin.GrantsOut](v, "createGrants", admin.Input{Body: admin.GrantsCreate{Grants: bodies}})
		if err != nil {
			return nil, err
		}
		return made.Body.Items, nil
	}
	made, err := guard.Ask[admin.Made[wire.Grant]](v, "createGrant", admin.Input{Body: bodies[0]})
	if err != nil {
		return nil, atFields(err)
	}
	return []wire.Grant{made.Body}, nil
}

// look tells what comes of it: whom it reaches of one alone.
func (p *newPage) look(v *guard.Visit, bodies []admin.GrantCreate) (err error) {
	body, subject := bodies[0], wire.Subject{}
	if len(bodies) == 1 {
		subject = wire.Subject{Kind: access.Kind(body.Subject.Kind), ID: body.Subject.ID}
	} else if err := v.Ready("createGrants", nil); err != nil {
		return err
	}
	p.Begins, p.Ends = body.NotBefore, body.ExpiresAt
	if p.Gain, err = gainOf(v, body.Role, body.Permission, subject); err != nil {
		return err
	}
	p.Unproved, err = unproved(v, &p.Gain, bodies)
	return err
}

// bodies are the grants as the API takes them, one for each line of whom it is for. All that is wrong
// with the form is refused at once.
func (p *newPage) bodies(v *guard.Visit) ([]admin.GrantCreate, error) {
	body, wrong := p.body()
	whom, unknown := p.whom(v)
	if err := guard.Together(wrong, v.NamesGiven(p.Offers, p.In.Role, p.In.Permission, p.In.Org), unknown); err != nil {
		return nil, err
	}
	all := make([]admin.GrantCreate, len(whom))
	for i, one := range whom {
		all[i] = body
		all[i].Subject.ID = one
	}
	return all, nil
}

// whom are those for whom it is, as the API names them.
func (p *newPage) whom(v *guard.Visit) ([]string, error) {
	whom := p.In.subjects()
	if len(whom) == 0 {
		return nil, guard.Wrong("subject", "is needed")
	}
	if len(whom) > maxSelected {
		return nil, guard.Wrong("subject", "must be at most "+strconv.Itoa(maxSelected)+" lines")
	}
	if len(whom) == 1 {
		if err := v.NamesSubject("subject", access.Kind(p.In.Kind), whom[0]); err != nil {
			return nil, err
		}
	}
	var wrong []error
	for i, one := range whom {
		name, err := p.In.named(v, one)
		if fault.Is(err, fault.Invalid) && len(whom) > 1 {
			err = guard.Wrong(atLine(i), "is nobody's address")
		}
		whom[i], wrong = name, append(wrong, err)
	}
	return whom, guard.Together(wrong...)
}

// named is whom somebody typed as the API names them.
func (in *entry) named(v *guard.Visit, subject string) (string, error) {
	if in.Kind != string(access.User) {
		return subject, nil
	}
	whom, err := guard.Named(v, "subject", "user", subject)
	return strings.TrimPrefix(whom, "user:"), err
}

// body is what all of them share. What the API would say of a field that it does not
// have is said here, before anybody is asked whether they are sure.
func (p *newPage) body() (admin.GrantCreate, error) {
	in := &p.In
	body := admin.GrantCreate{
		Subject: admin.GrantSubject{Kind: in.Kind}, Effect: in.Effect, Role: in.Role, Permission: in.Permission, Org: in.Org,
		Where: in.Where, ResourceIDs: strings.Fields(in.IDs), Condition: in.Condition, ACR: in.ACR, Reason: in.Reason, Ticket: in.Ticket,
	}
	var begins, ends, why error
	body.NotBefore, begins = moment("not_before", in.From)
	if body.ExpiresAt, ends = p.ends(body.NotBefore); ends == nil && !body.ExpiresAt.IsZero() && !body.ExpiresAt.After(p.Now) {
		ends = guard.Wrong("until", "must be in the future")
	}
	if in.Reason == "" {
		why = guard.Wrong("reason", "is needed")
	}
	return body, guard.Together(in.given().Missing(), begins, ends, why)
}

// ends is when it ends: at a moment, or so long after it begins.
func (p *newPage) ends(begin time.Time) (time.Time, error) {
	if p.In.Until != "" {
		return moment("until", p.In.Until)
	}
	if begin.IsZero() {
		begin = p.Now
	}
	return guard.Lasts("expires_at", p.In.Last, begin)
}

// moment reads what was typed into a field for one, the zero time where nothing was.
func moment(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(typed, text)
	if err != nil {
		return at, guard.Wrong(field, "must be a day and a time of day")
	}
	return at, nil
}
