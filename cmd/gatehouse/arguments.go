package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// noArgs refuses arguments of a command that takes flags only.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%q takes no argument, but got %q", cmd.CommandPath(), args[0])
}

// thing is what an argument names, and how it is written.
type thing struct{ name, means string }

var (
	aDeletedPerson = thing{"PERSON-ID", "the id (usr_…) of a person who was deleted; \"gatehouse audit list --action user.delete\" shows them"}

	aUser   = thing{"USER", "an id (usr_…) or an email address; \"gatehouse user list\" shows them"}
	aClient = thing{"CLIENT_ID", "the id of an application; \"gatehouse client list\" shows them"}
	aKey    = thing{"KEY_ID", "the id of a signing key; \"gatehouse keys list\" shows them"}
	anAPI   = thing{"API_ID", "the id of an API; \"gatehouse api list\" shows them"}
	aRole   = thing{"ROLE_ID", "the id of a role; \"gatehouse role list\" shows them"}
	aGroup  = thing{"GROUP_ID", "the id of a group; \"gatehouse group list\" shows them"}
	anOrg   = thing{"ORG_ID", "the id of an organisation; \"gatehouse org list\" shows them"}
	aScope  = thing{"SCOPE", "a scope that is bound to permissions; \"gatehouse scope list\" shows them"}
	aGrant  = thing{"GRANT_ID", "the id of a grant (gra_…), or the metadata.id that a file gives it; \"gatehouse grant list\" shows them"}
	aConfig = thing{"KEY", "a key of the configuration, like session.idle; \"gatehouse config show\" shows them"}

	aService    = thing{"SERVICE_ID", "the id of a service account; \"gatehouse service list\" shows them"}
	aServiceKey = thing{"KEY_ID", "the id of a key (key_…); \"gatehouse service key list\" shows them"}

	aRoute     = thing{"ROUTE_ID", "the id of a route of the gate; \"gatehouse route list\" shows them"}
	anUpstream = thing{"UPSTREAM_ID", "the id of a server behind the gate; \"gatehouse upstream list\" shows them"}
	anEdge     = thing{"EDGE_ID", "the id of a proxy that asks the gate; \"gatehouse edge list\" shows them"}

	aPermission = thing{"API/RESOURCE:ACTION", "a permission; \"gatehouse permission list\" shows them"}
)

// article is what stands before a name as it is spoken: a USER, an API_ID.
func article(name string) string {
	if strings.ContainsAny(name[:1], "AEO") {
		return "an"
	}
	return "a"
}

// one wants exactly one argument, which names t.
func one(t thing) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return fmt.Errorf("%q needs %s %s: %s", cmd.CommandPath(), article(t.name), t.name, t.means)
		case len(args) > 1:
			return fmt.Errorf("%q takes one %s, but got %d arguments; put quotes around what has spaces in it", cmd.CommandPath(), t.name, len(args))
		}
		return nil
	}
}
