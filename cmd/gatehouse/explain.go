package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/house"
	"gatehouse/proof"
	"gatehouse/wire"
)

// explainFlags are a question.
type explainFlags struct {
	as, client, service, org, do, on, acr, at string
	resource                                  []string
	ip, age                                   string // of a request, and since when they are proved
}

func (a *app) explain() *cobra.Command {
	var f explainFlags
	cmd := a.printing(&cobra.Command{
		Use:   "explain --as USER --do API/RESOURCE:ACTION",
		Short: "Tell whether somebody may do something, until when, and why",
		Long: `Tell whether somebody may do something, until when, and why: each grant that was
looked at, with what became of it, and what would change the answer. The person is
taken to have just signed in, with a password unless --acr says more. --at asks of
another time, with the grants of then; all else is as it is now.
A decision is allow, deny, or challenge: yes, after a second step or a fresher
sign-in.`,
		Example: `  gatehouse explain --as ada@example.test --do shop/orders:read
  gatehouse explain --as ada@example.test --do shop/orders:read --on orders/42 --resource owner_id=usr_aaaa --json
  gatehouse explain --as ada@example.test --do shop/orders:refund --acr aal2 --at 2026-12-24T18:00:00Z`,
		Args: noArgs,
	})
	cmd.Flags().StringVar(&f.do, "do", "", "what they would do, a `permission`")
	cmd.Flags().StringVar(&f.on, "on", "", "the thing that they would do it with, as `RESOURCE/ID`")
	cmd.Flags().StringVar(&f.org, "org", "", "within which organisation, by its `id`")
	a.completingFlag(cmd, "do", permissions)
	a.completingFlag(cmd, "org", orgs)
	a.bindQuestion(cmd, &f)
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		return a.withHouse(ctx, func(h *house.House) error {
			w, err := f.answer(ctx, h)
			if err != nil {
				return err
			}
			return a.print(w, func(out io.Writer) { tellExplanation(out, w) })
		})
	})
	return cmd
}

// bindQuestion adds the flags that say who would do something, and how they stand.
func (a *app) bindQuestion(cmd *cobra.Command, f *explainFlags) {
	flags := cmd.Flags()
	flags.StringVar(&f.as, "as", "", "who would do it, an id or an `email` address")
	flags.StringVar(&f.client, "as-client", "", "or the application that would, by its `id`")
	flags.StringVar(&f.service, "as-service", "", "or the service account that would, by its `id`")
	flags.StringArrayVar(&f.resource, "resource", nil, "an attribute of that thing, as `NAME=TEXT`, or NAME:=JSON for what is no text; may be repeated")
	flags.StringVar(&f.acr, "acr", proof.AAL1.String(), "how strongly they are proved, a `level`: aal1 or aal2")
	flags.StringVar(&f.at, "at", "", "when, a `time` (RFC 3339 or a date); now if it is left out")
	cmd.MarkFlagsMutuallyExclusive("as", "as-client", "as-service")
	a.completingFlag(cmd, "as-service", services)
	a.completingFlag(cmd, "as", people)
	a.completingFlag(cmd, "as-client", applications)
	choosing(cmd, "acr", proof.AAL1.String(), proof.AAL2.String())
}

// answer asks the house what the flags ask.
func (f *explainFlags) answer(ctx context.Context, h *house.House) (wire.Explanation, error) {
	q, err := f.question(ctx, h)
	if err != nil {
		return wire.Explanation{}, err
	}
	e, err := h.Access.Explain(ctx, q)
	if err != nil {
		return wire.Explanation{}, err
	}
	w := wire.OfExplanation(q, e)
	return w, showExplanation(ctx, newNames(h), q.Principal, &w)
}

// question is what the flags ask, of somebody who is there.
func (f *explainFlags) question(ctx context.Context, h *house.House) (*access.Question, error) {
	q, err := f.read(time.Now())
	if err != nil {
		return nil, err
	}
	who := subjectFlags{user: f.as, client: f.client, service: f.service}
	if q.Principal, err = who.find(ctx, h); err != nil {
		return nil, err
	}
	return q, knownOrg(ctx, h, f.org)
}

// knownOrg refuses the name of an organisation that there is not; "" is none.
func knownOrg(ctx context.Context, h *house.House, name string) error {
	if name == "" {
		return nil
	}
	_, err := h.Access.Org(ctx, name)
	return missing(err, name)
}

// read returns the question that the flags ask, without its principal.
func (f *explainFlags) read(now time.Time) (*access.Question, error) {
	if f.as+f.client+f.service == "" || f.do == "" {
		return nil, usagef("say who and what: --as and --do")
	}
	q := &access.Question{Permission: f.do, Org: f.org, Now: now}
	var err error
	if q.Level, err = proof.ParseLevel(f.acr); err != nil || q.Level == proof.None {
		return nil, usagef("--acr must be aal1 or aal2")
	}
	if f.at != "" {
		if q.Now, err = readMoment("--at", f.at); err != nil {
			return nil, err
		}
	}
	q.AuthTime = q.Now
	if f.on != "" {
		kind, name, ok := strings.Cut(f.on, "/")
		if !ok || name == "" {
			return nil, usagef("--on %q is no RESOURCE/ID, such as orders/42", brief(f.on))
		}
		if p, err := access.ParsePermission(f.do); err == nil && p.Resource != kind {
			return nil, usagef("--on is of %q, and --do of %q", brief(kind), p.Resource)
		}
		q.Resource.ID = name
	}
	q.Resource.Attrs, err = attributes(f.resource)
	return q, err
}

// attributes reads what is known of a thing.
func attributes(list []string) (map[string]any, error) {
	all := map[string]any{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		name, isJSON := strings.CutSuffix(name, ":")
		if !ok || name == "" {
			return nil, usagef("--resource %q is no NAME=TEXT, and no NAME:=JSON such as total:=30", brief(text))
		}
		if all[name] = value; isJSON {
			var v any
			if err := json.Unmarshal([]byte(value), &v); err != nil {
				return nil, usagef("--resource %q is no NAME:=JSON, such as total:=30 or paid:=true; NAME=TEXT is a text", brief(text))
			}
			all[name] = v
		}
	}
	return all, nil
}

// showExplanation puts the emails into an answer of those who are in it.
func showExplanation(ctx context.Context, names *personNames, principal access.Subject, w *wire.Explanation) (err error) {
	for i := range w.Locks {
		if err := showLocked(ctx, names, &w.Locks[i].On); err != nil {
			return err
		}
	}
	w.Principal, err = shownSubject(ctx, names, principal)
	return err
}

func tellExplanation(out io.Writer, w wire.Explanation) {
	row(out, "decision", w.Decision)
	row(out, "reason", string(w.Reason))
	row(out, "until", moment(w.Until))
	if w.Need != nil {
		row(out, "needs", strings.Trim(w.Need.ACR+","+w.Need.MaxAge, ","))
	}
	if w.Grant != "" {
		row(out, "by", string(w.Grant))
	}
	for _, c := range w.Grants {
		since := ""
		if !c.Since.IsZero() {
			since = " " + moment(c.Since)
		}
		row(out, "grant", string(c.ID), string(c.Verdict)+since, gives(c.Effect, c.Role, c.Pattern), within(string(c.Where), c.Org), pathSaid(c.Path), c.Reason)
	}
	for _, l := range w.Locks {
		row(out, "lock", lockedSaid(l.On), lasting(l.ExpiresAt, "lifted"), l.Reason)
	}
	for _, text := range w.Changes {
		fmt.Fprintln(out, plain(text))
	}
}

// pathSaid says by which way a grant reaches somebody.
func pathSaid(path []wire.Subject) string {
	if len(path) == 0 {
		return "by name"
	}
	var all []string
	for _, s := range path {
		all = append(all, called(s))
	}
	return "by " + strings.Join(all, ", ")
}

func (a *app) whoCan() *cobra.Command {
	var at, org string
	cmd := a.printing(&cobra.Command{
		Use:   "who-can API/RESOURCE:ACTION",
		Short: "List everybody who may do something, by which grant, and until when",
		Long: `List everybody who may do something, having proved all that is asked for: by which
grant, on which things, and until when. --at asks of another time, with the grants
of then; all else is as it is now.`,
		Example: `  gatehouse who-can shop/orders:refund
  gatehouse who-can shop/orders:refund --org acme
  gatehouse who-can shop/orders:refund --at 2026-12-24T18:00:00Z --json`,
		Args: one(aPermission),
	})
	cmd.Flags().StringVar(&org, "org", "", "within which organisation, by its `id`")
	a.completingFlag(cmd, "org", orgs)
	cmd.Flags().StringVar(&at, "at", "", "when, a `time` (RFC 3339 or a date); now if it is left out")
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		when, err := readMoment("--at", at)
		if err != nil {
			return err
		}
		if at == "" {
			when = time.Now()
		}
		return a.withHouse(ctx, func(h *house.House) error {
			if err := knownOrg(ctx, h, org); err != nil {
				return err
			}
			all, err := h.Access.WhoCan(ctx, args[0], org, when)
			if err != nil {
				return err
			}
			if err := a.printHolders(ctx, h, all); err != nil {
				return err
			}
			return a.noteScopes(ctx, h, args[0])
		})
	})
	return a.completing(cmd, permissions)
}

// noteScopes says what a token of theirs must have besides.
func (a *app) noteScopes(ctx context.Context, h *house.House, permission string) error {
	scopes, err := h.Access.ScopesFor(ctx, permission)
	if err != nil || len(scopes) == 0 {
		return err
	}
	api, _, _ := strings.Cut(permission, "/")
	return a.note("%s goes by scopes: an application may for them only with %s.", api, strings.Join(scopes, " or "))
}

// printHolders prints who holds something in the order in which people look for them.
func (a *app) printHolders(ctx context.Context, h *house.House, all []access.Holder) (err error) {
	names, shown := newNames(h), make([]wire.Holder, len(all))
	for i, one := range all {
		shown[i] = wire.OfHolder(one)
		if shown[i].Principal, err = shownSubject(ctx, names, one.Principal); err != nil {
			return err
		}
	}
	slices.SortStableFunc(shown, func(a, b wire.Holder) int { return strings.Compare(called(a.Principal), called(b.Principal)) })
	return printAll(a, shown, printedHolders)
}

var printedHolders = printed[wire.Holder]{
	header: []string{"WHO", "WHERE", "UNTIL", "ASKS FOR", "GRANT", "PATH"},
	row: func(h wire.Holder) []string {
		return []string{called(h.Principal), whereSaid(h), moment(h.Until), strings.Trim(h.ACR+","+h.MaxAge, ","), string(h.Grant), pathSaid(h.Path)}
	},
	wire: func(h wire.Holder) any { return h },
	none: "Nobody.",
}

func whereSaid(h wire.Holder) string {
	if h.Except == "" {
		return string(h.Where)
	}
	return string(h.Where) + ", but " + string(h.Except)
}
