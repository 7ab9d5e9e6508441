package grants

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// typed is how browsers send a moment that was typed; we take it for one of UTC.
const typed = "2006-01-02T15:04"

// entry is a new grant as it stands in the form, by the names of its fields.
type entry struct {
	Kind, Subject, Effect, Role, Permission, Org, Where, IDs, Condition, From, Until, Last, ACR, Reason, Ticket string
}

// askNew shows the form, with what the link to it names.
func (d *Door) askNew(v *guard.Visit) error {
	if err := v.Ready("createGrant", nil); err != nil {
		return err
	}
	page, err := newGrant(v, entry{
		Kind: v.Query("kind"), Subject: v.Query("subject"), Role: v.Query("role"), Permission: v.Query("permission"), Org: v.Query("org"), Last: "8h",
	})
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
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
	page, err := newGrant(v, entry{
		Kind: value("subject.kind"), Subject: value("subject"), Effect: value("effect"), Role: value("role"), Permission: value("permission"), Org: value("org"),
		Where: value("where"), IDs: value("resource_ids"), Condition: value("condition"), From: value("not_before"), Until: value("until"), Last: value("expires_at"),
		ACR: value("acr"), Reason: value("reason"), Ticket: value("ticket"),
	})
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
	p.Gain, err = gainOf(v, body.Role, body.Permission, subject)
	return err
}

// bodies are the grants as the API takes them, one for each line of whom it is for.
func (p *newPage) bodies(v *guard.Visit) ([]admin.GrantCreate, error) {
	body, err := p.body()
	if err != nil {
		return nil, err
	}
	if err := v.NamesGiven(p.Offers, p.In.Role, p.In.Permission, p.In.Org); err != nil {
		return nil, err
	}
	whom := p.In.subjects()
	if len(whom) == 1 {
		if err := v.NamesSubject("subject", access.Kind(p.In.Kind), whom[0]); err != nil {
			return nil, err
		}
	}
	if len(whom) > maxSelected {
		return nil, guard.Wrong("subject", "must be at most "+strconv.Itoa(maxSelected)+" lines")
	}
	all := make([]admin.GrantCreate, len(whom))
	for i, one := range whom {
		all[i] = body
		if all[i].Subject.ID, err = p.In.named(v, one); err != nil {
			if len(whom) > 1 {
				err = guard.Wrong(atLine(i), "is nobody's address")
			}
			return nil, err
		}
	}
	return all, nil
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
func (p *newPage) body() (body admin.GrantCreate, err error) {
	in := &p.In
	body = admin.GrantCreate{
		Subject: admin.GrantSubject{Kind: in.Kind}, Effect: in.Effect, Role: in.Role, Permission: in.Permission, Org: in.Org,
		Where: in.Where, ResourceIDs: strings.Fields(in.IDs), Condition: in.Condition, ACR: in.ACR, Reason: in.Reason, Ticket: in.Ticket,
	}
	if body.NotBefore, err = moment("not_before", in.From); err != nil {
		return body, err
	}
	if body.ExpiresAt, err = moment("until", in.Until); err != nil {
		return body, err
	}
	if body.ExpiresAt.IsZero() {
		begin := p.Now
		if !body.NotBefore.IsZero() {
			begin = body.NotBefore
		}
		if body.ExpiresAt, err = guard.Lasts("expires_at", in.Last, begin); err != nil {
			return body, err
		}
	}
	switch {
	case len(in.subjects()) == 0:
		return body, guard.Wrong("subject", "is needed")
	case in.Role == "" && in.Permission == "":
		return body, guard.Wrong("role", "is needed, or a permission")
	case in.Role != "" && in.Permission != "":
		return body, guard.Wrong("permission", "must be empty beside a role")
	case in.Reason == "":
		return body, guard.Wrong("reason", "is needed")
	case !body.ExpiresAt.IsZero() && !body.ExpiresAt.After(p.Now):
		return body, guard.Wrong("until", "must be in the future")
	}
	return body, nil
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
