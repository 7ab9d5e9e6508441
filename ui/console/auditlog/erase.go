package auditlog

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// erasePage takes somebody who was deleted out of the log.
type erasePage struct {
	guard.Frame
	User     string // as the address says; "": who it is is asked first
	Mistyped bool
	Erased   *wire.Erased // nil: it is not done
}

func (p erasePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleAudit.Erase))
}
func (p erasePage) Body() templ.Component { return eraseBody(p) }

// notice says what was done.
func (p *erasePage) notice(say *words.Catalogue) string {
	if p.Erased == nil {
		return ""
	}
	return say.Count(say.ConsoleAudit.EraseDone, p.Erased.Events)
}

// who asks by GET whom it is about.
func (p *erasePage) who(say *words.Catalogue) part.Filters {
	is := &say.ConsoleAudit
	return part.Filters{Action: pathErase, Do: part.Button{Label: is.EraseGoOn}, Fields: []part.Field{{ID: "user", Label: is.EraseWho, Hint: is.EraseWhoHint, Max: 64, Literal: true}}}
}

func (p *erasePage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleAudit
	c := part.Confirm{
		Title: string(is.EraseTitle.With(words.Name, p.User)), Consequence: is.EraseWhy, Details: []string{is.EraseStays, is.EraseElsewhere}, Bad: true, Name: p.User,
		Form: p.Draw(say, part.Form{
			ID: "erase", Action: pathErase, Cancel: path, Hidden: []part.Hidden{{Name: "user", Value: p.User}}, Do: []part.Button{{ID: "submit", Label: is.EraseDo, Danger: true}},
		}),
	}
	if p.Mistyped {
		c.Problem = is.EraseMistyped
	}
	return c
}

func erasing(v *guard.Visit, user string) (erasePage, error) {
	if err := v.Ready("eraseFromAudit", nil); err != nil {
		return erasePage{}, err
	}
	page := erasePage{Frame: v.Frame(), User: strings.TrimSpace(user)}
	if page.User != "" {
		page.Command = guard.Run("audit", "erase").On(page.User).String()
	}
	return page, nil
}

// askErase asks first whom it is about, and then whether to do it.
func (d *Door) askErase(v *guard.Visit) error {
	page, err := erasing(v, v.Query("user"))
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

// erase does it, which takes as long as there is of them. Asked again, it goes on where it was
// interrupted.
func (d *Door) erase(v *guard.Visit) error {
	page, err := erasing(v, v.Value("user"))
	if err != nil {
		return err
	}
	if page.User == "" {
		return view.SeeOther(v.W, v.R, pathErase)
	}
	if strings.TrimSpace(v.Value("confirm")) != page.User {
		page.Mistyped = true
		return v.Show(http.StatusUnprocessableEntity, page)
	}
	done, err := guard.AskLasting[admin.One[wire.Erased]](v, "eraseFromAudit", admin.Input{Body: admin.AuditErase{User: page.User}})
	if err == nil {
		page.Erased = &done.Body
		return v.Show(http.StatusOK, page)
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}

// trailOf is all that the log has of them.
func (p *erasePage) trailOf() string {
	return path + "?" + url.Values{"resource": {"user:" + p.User}}.Encode()
}
