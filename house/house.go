// Package house opens the house and wires it: the store, the master key and the
// services, each handed what it asks of the others. What spans two services is
// declared by the one that starts it and met here, in one file for each of
// them. What beats in the background is here too. Doors and listeners are the
// server's; the commands use a house without either.
package house

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"gatehouse/access"
	"gatehouse/apply"
	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/config"
	"gatehouse/ephemeral"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/follow"
	"gatehouse/gate"
	"gatehouse/house/place"
	"gatehouse/identity"
	"gatehouse/identity/intake"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/saved"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/settings"
	"gatehouse/store"
)

// House is everything behind the doors: the store and the services, wired. The
// server and the commands use the same one.
type House struct {
	Config   config.Config // what this process was started with; Now is as it stands
	Log      *slog.Logger
	Store    *store.Store
	Keeper   *secret.Keeper
	Feed     *follow.Feed
	Clock    *clock.Watch
	Audit    *audit.Log
	Refusals *audit.Refusals
	Trail    *audit.Trail
	Sealer   *audit.Sealer
	Pruner   *audit.Pruner
	// Verifications are looks at all of the audit log that are kept.
	Verifications *audit.Verifications

	Identity *identity.Service
	Intake   *intake.Service
	Sessions *session.Manager
	Gates    *session.Gates
	OAuth    *oauth.Service
	Registry *oauth.Registry
	Tokens   *oauth.Verifier
	Keys     *keys.Ring
	Access   *access.Service
	Policy   *access.Live
	Keyring  *access.Keyring
	Flow     *flow.Service
	Applies  *apply.Service
	Folder   *Folder
	Routes   *Routes
	Limiters *ephemeral.Limiters
	Gate     *gate.Service
	// Decisions is the log of what the gate decided; nil: none is kept.
	Decisions *Decisions
	// GateCounts counts them, for the statistics.
	GateCounts *GateCounts
	Turns      Turns
	Settings   *settings.Service
	Saved      *saved.Service
	// NewMasterKey is the path of the master key when this call wrote it.
	NewMasterKey string

	auditKeys audit.Keys
	present   *present
	unguarded unguarded
	told      chan struct{} // a commit of this process has news for the others
	raised    atomic.Bool   // there was such a commit
}

// Open opens and migrates the store, opens the master key and wires the
// services; on a first run it makes the data directory, the database and the
// key. Several processes may open one store at a time.
func Open(ctx context.Context, cfg config.Config, log *slog.Logger) (*House, error) {
	if err := place.PrepareDataDir(cfg, log); err != nil {
		return nil, err
	}
	return open(ctx, cfg, log, func(context.Context, *store.Store) error { return nil }, false)
}

// open opens a house whose database passes check; asServed gives it the issuer of the
// server that started last.
func open(ctx context.Context, cfg config.Config, log *slog.Logger, check func(context.Context, *store.Store) error, asServed bool) (*House, error) {
	s, err := store.Open(ctx, cfg.Store, log)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if err := check(ctx, s); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	h := &House{Config: cfg, Log: log, Store: s, told: make(chan struct{}, 1)}
	if err := h.open(ctx, asServed); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return h, nil
}

func (h *House) open(ctx context.Context, asServed bool) error {
	if err := h.Store.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate the store: %w", err)
	}
	if err := h.Store.KeepEpoch(ctx); err != nil {
		return err
	}
	if asServed {
		served, err := h.Store.Served(ctx)
		if err != nil {
			return err
		}
		h.Config.Issuer = cmp.Or(served, h.Config.Issuer)
	}
	if err := h.openKeeper(ctx); err != nil {
		return err
	}
	if err := h.openTurns(); err != nil {
		return err
	}
	if err := h.openSettings(ctx); err != nil {
		return err
	}
	h.wire()
	if err := h.OAuth.Open(); err != nil {
		return err
	}
	if err := h.Keys.Load(ctx); err != nil {
		return fmt.Errorf("load the signing keys: %w", err)
	}
	return nil
}

// Close records what is still to be recorded, for a moment, and closes the store. Nothing
// of the house may be used afterwards.
func (h *House) Close() error {
	h.Refusals.Close()
	return errors.Join(h.Limiters.Close(), h.Store.Close())
}

func (h *House) openKeeper(ctx context.Context) error {
	master, made, err := secret.CreateMaster(h.Config.MasterKeyFile)
	if err != nil {
		return fmt.Errorf("open the master key: %w", err)
	}
	if made {
		h.NewMasterKey = h.Config.MasterKeyFile
	}
	h.auditKeys = audit.KeysOf(master.Key)
	if h.Keeper, err = secret.NewKeeper(ctx, h.Store, master); err != nil {
		// A fresh key that opens nothing must not lie there as if it did. After any
		// other error it stays: something may be sealed under it already, here or by
		// a process that read the same file.
		if made && fault.CodeOf(err) == "master_key.wrong" {
			err = errors.Join(err, os.Remove(h.Config.MasterKeyFile))
		}
		return fmt.Errorf("open the data keys: %w", err)
	}
	return nil
}

// wire makes the services and hands each what it asks of the others: each step needs those
// before it.
func (h *House) wire() {
	h.wireTrail()
	h.wireProtocol()
	h.wireRights()
	h.wirePeople()
	h.wireGate()
	h.wireSignIn()
}

// wireTrail makes what writes down who did what.
func (h *House) wireTrail() {
	h.Clock = &clock.Watch{Read: clock.Reader(), Database: h.Store.Clock, Tell: h.tellOfDoubt}
	h.Audit, h.Trail = &audit.Log{Store: h.Store, Keys: h.auditKeys}, &audit.Trail{Store: h.Store}
	h.Refusals.Audit, h.Refusals.AfterEnd = h.Audit, h.Store.AfterEnd
	h.Sealer = &audit.Sealer{Store: h.Store, Keys: h.auditKeys, Holder: newHolder(), Audit: h.Audit}
	h.Verifications = &audit.Verifications{Store: h.Store, Audit: h.Audit, Keys: h.auditKeys, Look: h.lookAtTrail, Holder: newHolder(), News: make(chan struct{}, 1)}
	h.Pruner = &audit.Pruner{Store: h.Store, Audit: h.Audit, Keys: h.auditKeys, Config: part(h, func(c *config.Config) audit.Config { return c.Audit })}
}

// wireProtocol makes what follows the store, and what tokens are signed and checked by.
func (h *House) wireProtocol() {
	h.Feed = follow.NewFeed(h.Store)
	h.Saved = &saved.Service{Store: h.Store, Audit: h.Audit}
	h.Settings = &settings.Service{Store: h.Store, Audit: h.Audit, Book: h.present, Changed: h.present.changed}
	h.Feed.Follow(h.present.follow, settings.Version)
	h.spreadNews()
	h.Registry = oauth.NewRegistry(h.Store, h.Feed)
	h.Keys = keys.NewRing(h.Store, h.Keeper, h.Audit, h.Config.Keys)
	h.Keys.Remember = part(h, func(c *config.Config) time.Duration { return c.Session.Absolute })
	h.Feed.Follow(h.Keys.Follow, keys.VersionName)
	h.Tokens = &oauth.Verifier{Issuer: h.Config.Issuer, Keys: h.Keys, Registry: h.Registry}
}

// wireRights makes what says who may what, and what applications get by that.
func (h *House) wireRights() {
	own := builtIn(h.Config)
	h.Policy = access.NewLive(h.Store, h.Feed, own)
	h.OAuth = &oauth.Service{
		Store: h.Store, Audit: h.Audit, Keeper: h.Keeper, Config: part(h, func(c *config.Config) oauth.Config { return c.Tokens }), Registry: h.Registry,
		Issuer: h.Config.Issuer, Signer: h.Keys, Ceiling: ceiling{h.Policy}, Log: h.Log,
		MFA: part(h, func(c *config.Config) proof.MFA { return c.SignIn.MFA }),
		// The key follows from the master key, and the two change together: one
		// number will do until a second key is to be good beside the first.
		Codec: oauth.RefreshCodec{Key: h.Keeper.Key("refresh-token"), KeyID: 1},
		Notes: &oauth.Notes{Store: h.Store}, Trials: &oauth.Trials{Issuer: h.Config.Issuer, Seals: secret.NewBox(h.Keeper.Key("trial"))},
	}
	h.Access = &access.Service{
		Store: h.Store, Audit: h.Audit, Refusals: h.Refusals, Live: h.Policy, Keys: access.KeyCodec{Key: h.Keeper.Key("service-key")}, BuiltIn: own,
	}
	h.Keyring = &access.Keyring{Codec: h.Access.Keys, Policy: h.Policy, Store: h.Store}
	h.OAuth.Administrators = h
	assigner := assigner{h.Policy, h.Access}
	h.OAuth.Assigner, h.Tokens.Assigner = assigner, assigner
	h.OAuth.Meanings = meanings{h.Access, h.Config.SignIn.Scopes}
	h.Registry.Locks = locks{h.Policy}
}

// wirePeople makes what knows people, and that a browser is still one of them.
func (h *House) wirePeople() {
	h.Sessions = &session.Manager{Store: h.Store, Audit: h.Audit, Config: part(h, func(c *config.Config) session.Config { return c.Session }), Families: h.OAuth, Locks: locks{h.Policy}}
	h.Identity = &identity.Service{
		Store: h.Store, Audit: h.Audit, Keeper: h.Keeper, Ends: ends{h.Sessions, h.OAuth, h.Access}, Rights: rights{h.Access},
		Hasher: identity.NewHasher(h.Config.Identity.Password), Config: part(h, func(c *config.Config) identity.Config { return c.Identity }), Issuer: h.label,
		Administration: h.Access, Guard: guardOfPeople{h.Access}, Refusals: h.Refusals,
	}
	h.Intake = &intake.Service{Store: h.Store, Audit: h.Audit, People: h.Identity, Rights: takers{h.Policy}, Holder: newHolder(), News: make(chan struct{}, 1)}
	h.OAuth.People, h.OAuth.Grants = Subjects{h.Identity}, grantsOfClients{h.Access}
	h.Access.People, h.Access.Clients = directory{h.Identity, h.OAuth, h.Store}, directory{h.Identity, h.OAuth, h.Store}
}

// wireGate makes what stands before protected APIs, and what applies files.
func (h *House) wireGate() {
	h.Gate, h.Decisions = h.gate(), NewDecisions(h.Config.Gate.Decisions)
	h.GateCounts = NewGateCounts(h.Store)
	h.Applies = h.applies()
	h.Folder = &Folder{Applies: h.Applies, Config: h.Config.Apply, Log: h.Log}
	h.Routes = NewRoutes(h.Config.Gate, h.Config.Web.TLS.CertFile != "", h.Policy, h.Store, h.Log)
	h.Feed.Follow(h.Routes.Follow, gate.VersionRoutes)
}

// wireSignIn makes the sign-in, at the house and at the gate.
func (h *House) wireSignIn() {
	h.Flow = &flow.Service{
		Store: h.Store, People: people{h.Identity}, Sessions: sessions{h.Sessions}, Apps: apps{h.Registry, h.OAuth, assigner{h.Policy, h.Access}},
		Turns: h.Turns, Locks: locks{h.Policy}, Audit: h.Audit, Config: part(h, func(c *config.Config) flow.Config { return c.SignIn }), Seals: secret.NewBox(h.Keeper.Key("sign-in")),
		Administrators: h,
	}
	h.Gates = &session.Gates{
		Store: h.Store, Manager: h.Sessions, Standings: standings{h.Flow}, Endings: endings{h.Registry}, Seals: secret.NewBox(h.Keeper.Key("gate")),
	}
}

// label is what authenticator apps call this Gatehouse: the name that it was given,
// else the issuer's host.
func (h *House) label() string {
	if b := h.Now().Brand; b.Named() {
		return b.Name
	}
	return hostOf(h.Config.Issuer)
}

// tellOfDoubt logs when the clocks cease to agree, and when they agree again.
func (h *House) tellOfDoubt(d *clock.Doubt) {
	if d == nil {
		h.Log.Info("the clocks agree again")
		return
	}
	h.Log.Error("the clocks do not agree: nothing is removed for its age, and no signing key is rotated, until they do",
		"why", d.Error(), "bound", clock.Bound.String())
}

// hostOf returns the name that people know this Gatehouse by: the issuer's host.
func hostOf(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil {
		return issuer
	}
	return u.Hostname()
}
