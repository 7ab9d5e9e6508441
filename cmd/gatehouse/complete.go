package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/house/place"
	"gatehouse/identity"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/session"
	"gatehouse/store"
)

const (
	// completeWithin bounds what the shell waits for when somebody presses Tab.
	completeWithin = 2 * time.Second
	// mostApplications is how many applications are offered.
	mostApplications = 500
	// mostCompleted is how many people are offered; who types goes on narrowing.
	mostCompleted = 100
)

// suggestion returns what begins with prefix, as the store has it.
type suggestion func(ctx context.Context, s *store.Store, prefix string) ([]cobra.Completion, error)

// completing completes the one argument of a command from the store. Where the
// store cannot be reached there is nothing to offer, and no error: the line is
// not complete yet.
func (a *app) completing(cmd *cobra.Command, from suggestion) *cobra.Command {
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return a.complete(from, prefix)
	}
	return cmd
}

// completingFlag completes the value of a flag from the store.
func (a *app) completingFlag(cmd *cobra.Command, flag string, from suggestion) {
	// The flag is there: it cannot fail.
	_ = cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return a.complete(from, prefix)
	})
}

// choosing completes the value of a flag from a fixed list.
func choosing(cmd *cobra.Command, flag string, values ...cobra.Completion) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

func (a *app) complete(from suggestion, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(context.Background(), completeWithin)
	defer cancel()
	cfg, _, err := a.load()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	found, err := lookUp(ctx, cfg, from, prefix)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// lookUp asks a store that is there. It makes and migrates nothing: a key that is
// pressed in a shell must not.
func lookUp(ctx context.Context, cfg config.Config, from suggestion, prefix string) ([]cobra.Completion, error) {
	log := slog.New(slog.DiscardHandler)
	if err := place.CheckDatabase(cfg); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, cfg.Store, log)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return from(ctx, s, prefix)
}

// people offers those whose address begins with prefix.
func people(ctx context.Context, s *store.Store, prefix string) ([]cobra.Completion, error) {
	users, err := s.Users(ctx, identity.UserFilter{Search: prefix, Limit: mostCompleted})
	var found []cobra.Completion
	for _, u := range users {
		found = append(found, cobra.CompletionWithDesc(plain(u.Email), plain(u.Name)))
	}
	return found, err
}

func applications(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	clients, err := s.ClientsAfter(ctx, "", mostApplications)
	var found []cobra.Completion
	for _, c := range clients {
		found = append(found, cobra.CompletionWithDesc(string(c.ID), plain(c.Name)))
	}
	return found, err
}

// signingKeys offers the keys that can still be revoked.
func signingKeys(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	list, err := s.Keys(ctx, false)
	var found []cobra.Completion
	for _, k := range list {
		if k.State != keys.Retired {
			found = append(found, cobra.CompletionWithDesc(k.ID, k.Algorithm+", "+string(k.State)))
		}
	}
	return found, err
}

// sessionIDs offers the newest live sessions.
func sessionIDs(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	list, err := s.LiveSessions(ctx, time.Now(), session.Listing{}, mostCompleted)
	var found []cobra.Completion
	for _, one := range list {
		found = append(found, cobra.CompletionWithDesc(string(one.ID), string(one.User)+" seen "+moment(one.Seen)))
	}
	return found, err
}

// settingNames completes the keys of the configuration.
func settingNames(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	for _, k := range config.Keys() {
		names = append(names, k.Path)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeClientFlags completes the flags of client create and update.
func completeClientFlags(cmd *cobra.Command) {
	for _, prefix := range []string{"", "add-", "remove-"} {
		if cmd.Flags().Lookup(prefix+"grant") == nil {
			continue
		}
		choosing(cmd, prefix+"grant", oauth.GrantCode, oauth.GrantRefresh, oauth.GrantClient)
		choosing(cmd, prefix+"scope", "openid", "profile", "email", "address", "phone", "offline_access")
	}
	choosing(cmd, "auth-method", oauth.AuthSecret, oauth.AuthBasic, oauth.AuthPost, oauth.AuthPrivateKey, oauth.AuthNone)
	choosing(cmd, "pkce", oauth.PKCEAuto, oauth.PKCERequired, oauth.PKCEOff)
	choosing(cmd, "refresh", "rotate", "static")
	choosing(cmd, "require-acr", proof.AAL1.String(), proof.AAL2.String())
	choosing(cmd, "roles-format", oauth.FormatList, oauth.FormatString, oauth.FormatObject)
	choosing(cmd, "groups-format", oauth.FormatList, oauth.FormatString, oauth.FormatObject)
	choosing(cmd, "permissions", oauth.PermissionsNone, oauth.PermissionsRoles, oauth.PermissionsInline)
	choosing(cmd, "access-token-type", oauth.TypeAccessToken, oauth.TypeJWT)
	for _, flag := range []string{"id-token-alg", "userinfo-alg", "access-token-alg"} {
		choosing(cmd, flag, keyAlgorithms...)
	}
}

func apis(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	all, err := s.APIs(ctx)
	var found []cobra.Completion
	for _, one := range all {
		found = append(found, cobra.CompletionWithDesc(one.ID, one.Audience))
	}
	return append(found, access.Gatehouse), err
}

func groups(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	all, err := s.Groups(ctx)
	var found []cobra.Completion
	for _, g := range all {
		found = append(found, cobra.CompletionWithDesc(g.ID, plain(g.Description)))
	}
	return found, err
}

func orgs(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	all, err := s.Orgs(ctx)
	var found []cobra.Completion
	for _, o := range all {
		found = append(found, cobra.CompletionWithDesc(o.ID, plain(o.Description)))
	}
	return found, err
}

func services(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	all, err := s.ServiceAccounts(ctx)
	var found []cobra.Completion
	for _, one := range all {
		found = append(found, cobra.CompletionWithDesc(one.ID, plain(one.Description)))
	}
	return found, err
}

func roles(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	all, err := s.Roles(ctx)
	var found []cobra.Completion
	for _, r := range append(all, access.BuiltInRoles()...) {
		found = append(found, r.ID)
	}
	return found, err
}

func boundScopes(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	all, err := s.Scopes(ctx)
	var found []cobra.Completion
	for _, one := range all {
		found = append(found, cobra.CompletionWithDesc(one.Name, plain(one.Description)))
	}
	return found, err
}

// permissions offers those of all APIs.
func permissions(ctx context.Context, s *store.Store, _ string) ([]cobra.Completion, error) {
	all, err := s.APIs(ctx)
	var found []cobra.Completion
	for _, one := range append(all, access.BuiltIn{}.API()) {
		for _, p := range one.Permissions {
			found = append(found, cobra.CompletionWithDesc(one.ID+"/"+p.Resource+":"+p.Action, plain(p.Description)))
		}
	}
	return found, err
}
