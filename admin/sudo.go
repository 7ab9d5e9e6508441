package admin

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
)

// SudoFor is how long a person in a browser may do what is dangerous after they proved who
// they are: a session lasts for weeks, and whoever finds the browser open has all of it.
const SudoFor = 10 * time.Minute

// sudo are the operations that are dangerous: what they do cannot be undone, hands out
// credentials, or changes who steers Gatehouse. Besides, whatever the operation, what hands on
// rights of its own administration or leads to somebody who has them is dangerous, which is
// known where rights are handed on (access.Unproven); and so is another address of a person.
var sudo = []string{
	"deleteUser", "setUserPassword", "createPasswordLink", "resetUserFactors",
	"endAllSessions", "deleteGroup", "deleteOrganisation", "createServiceAccount", "deleteServiceAccount", "createServiceKey", "revokeServiceKey", "createPersonalToken", "revokePersonalToken",
	"createClient", "updateClient", "deleteClient", "endClientRefreshFamilies", "rotateClientSecret", "endClientSecret",
	"deleteAPI", "deleteRole", "deleteScope",
	"rotateKey", "revokeKey",
	"createGateRoute", "replaceGateRoute", "deleteGateRoute", "createGateUpstream", "replaceGateUpstream", "deleteGateUpstream", "createGateEdge", "replaceGateEdge", "deleteGateEdge",
	"setSetting", "unsetSetting", "apply", "eraseFromAudit",
}

// proved is what the caller hears of a route, where err is what the policy says of them.
func (c *Call) proved(err error) error {
	if !c.route.Sudo || !c.stale() {
		return err
	}
	need := access.Requirement{MaxAge: SudoFor}
	if r, ok := errors.AsType[*caller.Refusal](err); ok && r.Need != (access.Requirement{}) {
		need.Level = r.Need.Level
	} else if err != nil {
		return err // no proof helps
	}
	return caller.StepUp(need)
}

// stale reports whether the caller is a person in a browser who proved nothing for a while.
func (c *Call) stale() bool {
	_, at := c.Proof()
	return c.OfBrowser() && time.Since(time.Unix(at, 0)) > SudoFor
}

// Sudo refuses a person in a browser whose last proof is older than SudoFor.
func (c *Call) Sudo() error {
	if c.stale() {
		return caller.StepUp(access.Requirement{MaxAge: SudoFor})
	}
	return nil
}

// steers is ctx for the handler: whoever proved nothing for a while hands on no right of
// Gatehouse's own administration there, by whatever way.
func (c *Call) steers(ctx context.Context) context.Context {
	if err := c.Sudo(); err != nil {
		return access.Unproven(ctx, err)
	}
	return ctx
}

// sudoFor is Sudo where a grant gives rights of Gatehouse's own administration.
func (c *Call) sudoFor(g *access.Grant) error {
	if strings.HasPrefix(g.Role, access.Gatehouse+"/") || g.Permission.API == access.Gatehouse || g.Permission.API == access.Any {
		return c.Sudo()
	}
	return nil
}

func isSudo(operation string) bool { return slices.Contains(sudo, operation) }
