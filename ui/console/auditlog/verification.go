package auditlog

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// verifications says what a verification is, offers to begin one, and lists those that are kept.
func (d *Door) verifications(v *guard.Visit) error {
	if err := v.Ready("beginAuditVerification", nil); err != nil {
		return err
	}
	page, err := verificationsPageOf(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func verificationsPageOf(v *guard.Visit) (verificationsPage, error) {
	page := verificationsPage{Frame: v.Frame(), Now: time.Now()}
	page.Command = guard.Command("audit", "verify")
	found, err := guard.Ask[admin.Page[wire.Verification]](v, "listAuditVerifications", admin.Input{})
	if err != nil {
		return page, err
	}
	page.List = found.Body.Items
	var by []string
	for i := range page.List {
		by = append(by, page.List[i].By.ID)
	}
	page.Names, err = v.Names(by)
	return page, err
}

// verify begins one. Where one runs already, it leads to that.
func (d *Door) verify(v *guard.Visit) error {
	begun, err := guard.Ask[admin.Made[wire.Verification]](v, "beginAuditVerification", admin.Input{})
	if err == nil {
		return view.SeeOther(v.W, v.R, verificationPath(&begun.Body))
	}
	page, lost := verificationsPageOf(v)
	if lost != nil {
		return err
	}
	if running := page.running(); running != nil && fault.CodeOf(err) == "verification.running" {
		return view.SeeOther(v.W, v.R, verificationPath(running))
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}

func verificationPath(v *wire.Verification) string { return pathVerifications + "/" + string(v.ID) }

// verification shows how far one is, or what it found.
func (d *Door) verification(v *guard.Visit) error {
	page, err := verificationPageOf(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func verificationPageOf(v *guard.Visit) (verificationPage, error) {
	of := guard.On("verification", v.R.PathValue("verification"))
	found, err := guard.Ask[admin.One[wire.Verification]](v, "getAuditVerification", admin.Input{Path: of})
	if err != nil {
		return verificationPage{}, err
	}
	page := verificationPage{Frame: v.Frame(), Now: time.Now(), Verification: found.Body, CanStop: v.Can("stopAuditVerification", of)}
	page.Command = guard.Command("audit", "verify")
	page.Names, err = v.Names([]string{page.Verification.By.ID})
	return page, err
}

// stopVerification ends one that runs. One that came to its end meanwhile is shown.
func (d *Door) stopVerification(v *guard.Visit) error {
	_, err := guard.Ask[admin.One[wire.Verification]](v, "stopAuditVerification", admin.Input{Path: guard.On("verification", v.R.PathValue("verification"))})
	if err != nil && fault.CodeOf(err) != "verification.state" {
		return err
	}
	return view.SeeOther(v.W, v.R, pathVerifications+"/"+v.R.PathValue("verification"))
}

// verificationsPage lists verifications, and begins one.
type verificationsPage struct {
	guard.Frame
	Now   time.Time
	List  []wire.Verification
	Names map[string]string // of people, by their ids
}

func (p verificationsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleAudit.Verify))
}
func (p verificationsPage) Body() templ.Component { return verificationsBody(p) }

// running is the one that runs, nil for none.
func (p *verificationsPage) running() *wire.Verification {
	for i := range p.List {
		if p.List[i].State == audit.VerificationRuns {
			return &p.List[i]
		}
	}
	return nil
}

func (p *verificationsPage) form(say *words.Catalogue) part.Form {
	return p.Draw(say, part.Form{ID: "verify", Action: pathVerify, Do: []part.Button{{ID: "submit", Label: say.ConsoleAudit.VerifyDo, Main: true}}})
}

func (p *verificationsPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleAudit
	t := part.Table{ID: "verifications", Caption: is.Verifications, Columns: []part.Column{{Label: is.When}, {Label: is.Outcome}, {Label: is.Sealed, Number: true}, {Label: is.Actor}}}
	for i := range p.List {
		one := &p.List[i]
		sealed := part.Text("")
		if one.Verdict != nil {
			sealed = part.Number(int(one.Verdict.Sealed))
		}
		t.Rows = append(t.Rows, part.Row{Label: say.Moment(one.Created), Href: verificationPath(one), Cells: []templ.Component{
			part.When(p.Now, one.Created), part.Pill(verified(say, one)), sealed, part.Text(began(say, p.Names, one)),
		}})
	}
	return t
}

// verified says in a word what came of one.
func verified(say *words.Catalogue, v *wire.Verification) part.Badge {
	is := &say.ConsoleAudit
	b := part.Badge{Label: is.VerifyStates[string(v.State)], Tone: part.Warn}
	switch {
	case v.State == audit.VerificationRuns:
		b.Tone = part.Plain
	case v.State == audit.VerificationForeign, v.Verdict != nil && !v.Verdict.Good:
		b.Tone = part.Bad
	case v.Verdict != nil:
		b.Tone = part.Good
	}
	if v.Verdict != nil && !v.Verdict.Good {
		b.Label = is.VerifyBad
	}
	return b
}

// began is who began one.
func began(say *words.Catalogue, names map[string]string, v *wire.Verification) string {
	if name := names[v.By.ID]; name != "" {
		return name
	}
	return guard.Acted(say, v.By)
}

// verificationPage shows one.
type verificationPage struct {
	guard.Frame
	Now          time.Time
	Verification wire.Verification
	Names        map[string]string
	CanStop      bool
}

// refreshEvery is after how many seconds a browser without script shows how far it is.
const refreshEvery = 3

func (p verificationPage) Head(say *words.Catalogue) view.Head {
	h := part.Head(p.Form.Title(say, p.title(say)))
	if p.running() {
		h.Refresh = refreshEvery
	}
	return h
}
func (p verificationPage) Body() templ.Component { return verificationBody(p) }

func (p *verificationPage) title(say *words.Catalogue) words.Title {
	if p.running() {
		return say.ConsoleAudit.Verifying
	}
	return say.ConsoleAudit.Verification
}

func (p *verificationPage) running() bool { return p.Verification.State == audit.VerificationRuns }

func (p *verificationPage) progress(say *words.Catalogue) part.Progress {
	is, v := &say.ConsoleAudit, &p.Verification
	job := part.Progress{ID: "job", Label: is.VerifyRuns, Done: int(v.Done), Total: int(v.Total), Says: is.VerifyBegins, Running: true}
	if v.Total > 0 {
		job.Says = is.VerifyProgress.Fill(words.N.Is(say.Number(int(100 * v.Done / v.Total))))
	}
	if v.Runs > 1 {
		job.Says += ". " + is.VerifyAgain
	}
	return job
}

// stop is the form that ends it.
func (p *verificationPage) stop(say *words.Catalogue) part.Form {
	return p.Draw(say, part.Form{ID: "stop", Action: verificationPath(&p.Verification), Do: []part.Button{{ID: "stop-it", Label: say.ConsoleAudit.VerifyStop}}})
}

func (p *verificationPage) facts(say *words.Catalogue) []part.Fact {
	is, v := &say.ConsoleAudit, &p.Verification
	all := []part.Fact{
		{Name: is.Outcome, Value: part.Pill(verified(say, v))},
		{Name: is.Actor, Value: part.Text(began(say, p.Names, v))},
		{Name: is.VerifyBegan, Value: both(p.Now, v.Created)},
	}
	if !v.Ended.IsZero() {
		all = append(all, part.Fact{Name: is.VerifyEnded, Value: both(p.Now, v.Ended)})
	}
	if v.Verdict == nil {
		return all
	}
	return append(all, p.found(say, v.Verdict)...)
}

func (p *verificationPage) found(say *words.Catalogue, v *wire.Verdict) []part.Fact {
	is := &say.ConsoleAudit
	return []part.Fact{
		{Name: is.Sealed, Value: part.Text(say.Number(int(v.Sealed)))},
		{Name: is.Waiting, Value: part.Number(v.Waiting)},
		{Name: is.Pruned, Value: part.Text(say.Number(int(v.Pruned)))},
		{Name: is.Erased, Value: part.Text(say.Number(int(v.Erased)))},
		{Name: is.Checkpoint, Value: part.When(p.Now, v.Until)},
		{Name: is.Kept, Value: part.Number(v.Kept)},
		{Name: is.Key, Value: part.Copy("log-key", v.Key)},
	}
}
