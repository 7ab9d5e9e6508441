package users

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// narrowing are the parameters by which the list is of some people alone.
var narrowing = []string{"search", "state", "second_factor", "has_password", "import", "seen"}

// list shows a page of the people whom the address asks for: all of its state stands there.
func (d *Door) list(v *guard.Visit) error {
	asked := v.Only(slices.Concat(narrowing, []string{"sort", "cursor"})...)
	if asked.Get("search") != "" {
		asked.Del("sort") // a search has an order of its own
	}
	found, err := guard.Ask[admin.Page[wire.ListedUser]](v, "listUsers", admin.Input{Query: question(asked, time.Now())})
	if fault.CodeOf(err) == "request.cursor" { // somebody else's, or of other filters: from the beginning
		return view.SeeOther(v.W, v.R, guard.With(pathUsers, asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	f := v.Frame()
	if err := v.Keeps(&f, "users"); err != nil {
		return err
	}
	f.Command = command(asked, time.Now())
	page := listPage{Frame: f, Asked: asked, People: found.Body.Items, Next: found.Body.Next, CanCreate: v.Can("createUser", nil), CanImport: v.Can("beginImport", nil)}
	for _, b := range bulks {
		if v.Can(b.operation, nil) && b.fits(asked.Get("state")) && (!b.links || page.linkable()) {
			page.Bulks = append(page.Bulks, b)
		}
	}
	if page.Import, err = importOf(v, asked.Get("import")); err != nil {
		return err
	}
	if page.Next != "" {
		if page.Counted, err = counted(v, asked); err != nil {
			return err
		}
	}
	return v.Show(http.StatusOK, page)
}

// importOf is how the import is called that people came by, "" for none.
func importOf(v *guard.Visit, name string) (string, error) {
	if name == "" || !v.Can("getImport", guard.On("import", name)) {
		return name, nil
	}
	found, err := guard.Ask[admin.One[wire.Import]](v, "getImport", admin.Input{Path: guard.On("import", name)})
	if err != nil {
		return "", err
	}
	return cmp.Or(found.Body.File, name), nil
}

// counted is how many people there were when somebody counted them last, zero where the list is not
// of all of them, or that is not for the visitor: nobody counts them for a list.
func counted(v *guard.Visit, asked url.Values) (int, error) {
	if slices.ContainsFunc(narrowing, asked.Has) || v.Narrowed() || !v.Can("getStatistics", nil) {
		return 0, nil
	}
	found, err := guard.Ask[admin.One[wire.Statistics]](v, "getStatistics", admin.Input{Query: url.Values{"days": {"2"}}})
	if err != nil {
		return 0, err
	}
	for _, d := range found.Body.Days { // the latest first
		if d.Present != nil {
			return int(d.Present.People), nil
		}
	}
	return 0, nil
}

// unseen are for how many days somebody may not have signed in, as the filter "seen" has them.
var unseen = []int{30, 90, 365}

// never is the value of that filter for who did not sign in at all.
const never = "never"

// question is what listUsers is asked for what a visitor asks. How long somebody did not sign in goes by
// whole days, as a page behind a cursor has to ask the same as that before.
func question(asked url.Values, now time.Time) url.Values {
	q := maps.Clone(asked)
	q.Del("seen")
	since := time.Unix(0, 0)
	switch days, err := strconv.Atoi(asked.Get("seen")); {
	case asked.Get("seen") == never:
	case err == nil && slices.Contains(unseen, days):
		since = now.Truncate(24*time.Hour).AddDate(0, 0, -days)
	default:
		return q
	}
	q.Set("signed_in_before", since.UTC().Format(time.RFC3339))
	return q
}

// command lists the same people.
func command(asked url.Values, now time.Time) string {
	line := guard.Run("user", "list")
	for _, name := range []string{"search", "sort", "state"} {
		line.If(name, asked.Get(name))
	}
	for _, name := range []string{"second_factor", "has_password"} {
		if has := asked.Get(name); has != "" {
			line.Tick(strings.ReplaceAll(name, "_", "-")+"="+strconv.FormatBool(has == "true"), true)
		}
	}
	line.If("import", asked.Get("import"))
	return line.If("signed-in-before", question(asked, now).Get("signed_in_before")).String()
}
