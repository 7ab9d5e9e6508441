package housetest

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/identity"
	"gatehouse/oauth"
)

// unguarded are the methods that act for somebody and hand no right on, and why.
var unguarded = map[string]string{
	"CreateAPI":   "nobody has anything of an API that was not there",
	"DeleteAPI":   "no role and no grant names it any more",
	"DeleteRole":  "nobody has it any more",
	"CreateGroup": "nothing is granted to it yet",
	"UpdateGroup": "a description is no right",
	"UpdateOrg":   "a description is no right",

	"UpdateServiceAccount": "a description is no right",
	"CreateOrg":            "nothing is granted to it yet",
	"DeleteOrg":            "no grant and no deny counts in it any more",

	"KeepOwn": "the client is a part of the house, and acts for whoever signs in",

	"DeleteScope": "no application may ask for it any more",

	"DisableServiceAccount": "takes away",
	"DeleteServiceAccount":  "takes away",
	"RevokeServiceKey":      "takes away",

	"EndAllOf":     "whoever it was is no more",
	"Appoint":      "the set-up, behind its link; no door has it",
	"CouldActFor":  "the guard itself",
	"MayActFor":    "the guard itself",
	"MayPrivilege": "the guard itself",

	"Create":             "somebody new holds nothing",
	"Disable":            "takes away",
	"Delete":             "takes away",
	"CheckPassword":      "a proof of whoever signs in",
	"CheckTOTP":          "a proof of whoever signs in",
	"CheckRecovery":      "a proof of whoever signs in",
	"NewRecoveryCodes":   "by the person, who has just proved who they are",
	"ChangePassword":     "by the person, who knows the present one",
	"StartEnrol":         "by the person, during their sign-in",
	"ConfirmEnrol":       "by the person, during their sign-in",
	"RevokePasswordLink": "takes away",
	"SetupLink":          "by the operator, and only where nobody administers",
	"Welcome":            "looks at a link, and hands nothing on",
	"FirstPassword":      "behind the link, which PasswordLink hands out, and MayStillLetIn asks again",
	"Setup":              "behind the link, and only where nobody administers",

	"DeleteClient":    "takes away",
	"EndSecret":       "takes away",
	"GiveConsent":     "what a client does for a person is never more than the person may",
	"WithdrawConsent": "takes away",
	"Redeem":          "a client's own",
	"Refresh":         "a client's own",
	"RevokeRefresh":   "takes away",
	"RevokeAccess":    "takes away",
	"EndFamily":       "takes away",
	"EndFamiliesOf":   "takes away",
	"EndTokensOf":     "takes away",
	"RemoveFactors":   "by the person; for another one it is ResetFactors",
}

// A new method that acts for somebody belongs into the table above, or is said to hand
// nothing on.
func TestEveryChangeIsInTheTableOfWhatIsHandedOn(t *testing.T) {
	t.Parallel()
	ways := map[string]bool{}
	for name := range handings() {
		method, _, _ := strings.Cut(strings.ReplaceAll(name, ",", " "), " ")
		ways[method] = true
	}
	seen := map[string]bool{}
	actor := reflect.TypeFor[audit.Actor]()
	for _, service := range []reflect.Type{reflect.TypeFor[*access.Service](), reflect.TypeFor[*identity.Service](), reflect.TypeFor[*oauth.Service]()} {
		for i := range service.NumMethod() {
			m := service.Method(i)
			takes := slices.ContainsFunc(slices.Collect(m.Type.Ins()), func(in reflect.Type) bool { return in == actor })
			if !takes {
				continue
			}
			seen[m.Name] = true
			if guarded, why := ways[m.Name], unguarded[m.Name]; guarded == (why != "") {
				t.Errorf("%v.%s acts for somebody: is it a way to hand a right on (handings), or why not (unguarded)? It is in both or in neither", service, m.Name)
			}
		}
	}
	for name := range ways {
		if !seen[name] {
			t.Errorf("no service has the method %s", name)
		}
	}
	for name := range unguarded {
		if !seen[name] {
			t.Errorf("no service has the method %s", name)
		}
	}
}
