package provider

import (
	"context"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/proof"
)

type people struct {
	enabled   bool
	consented []string
	err       error
}

func (p *people) Claims(_ context.Context, _ id.User, scopes, extra []string) (map[string]any, bool, error) {
	claims := map[string]any{}
	for _, name := range extra {
		claims[name] = name + " of ada"
	}
	if len(extra) > 0 {
		claims["iss"], claims["admin"] = "https://evil.example.test", true // never to be believed
	}
	return claims, p.enabled, p.err
}

func (p *people) Email(context.Context, id.User) (string, error) {
	return "ada@example.test", p.err
}

func (p *people) person(user id.User) *flow.Person {
	return &flow.Person{ID: user, Enabled: p.enabled, Password: adasPassword}
}

// persons checks what they prove.
type persons struct{}

func (persons) Take(context.Context, id.User) error { return nil }

func (persons) TakeFrom(context.Context, id.User, string) error { return nil }

func (persons) CheckPassword(context.Context, audit.Actor, string, string) (id.User, proof.Proof, error) {
	return "usr_ada", provedAt(time.Now())[0], nil
}

func (persons) CheckTOTP(context.Context, audit.Actor, id.User, string) (proof.Proof, error) {
	return proof.Proof{}, errUnused
}

func (persons) CheckRecovery(context.Context, audit.Actor, id.User, string) (proof.Proof, int, error) {
	return proof.Proof{}, 0, errUnused
}

func (persons) StartEnrol(context.Context, audit.Actor, id.User, []byte) (string, string, error) {
	return "", "", errUnused
}

func (persons) ConfirmEnrol(context.Context, audit.Actor, id.User, []byte, string) (proof.Proof, []string, error) {
	return proof.Proof{}, nil, errUnused
}

type apps struct{ d *door }

func (a apps) Application(ctx context.Context, client id.Client) (flow.Application, error) {
	c, err := a.d.registry.Client(ctx, client)
	if err != nil {
		return flow.Application{}, err
	}
	return flow.Application{ID: c.ID, Name: c.Name, HomeURL: c.HomeURL, SkipConsent: c.SkipConsent, Require: c.RequireLevel}, nil
}

func (apps) Admit(context.Context, id.Client, id.User) (flow.Admission, error) {
	return flow.Admission{}, nil
}

func (a apps) GiveConsent(_ context.Context, _ audit.Actor, _ id.User, _ id.Client, scopes []string) error {
	a.d.people.consented = append(a.d.people.consented, scopes...)
	return nil
}

type subjects struct {
	enabled bool
	err     error
	scopes  []string
	extra   []string
}

func (p *subjects) Claims(_ context.Context, user id.User, scopes, extra []string) (map[string]any, bool, error) {
	p.scopes, p.extra = scopes, extra
	claims := map[string]any{"sub": "somebody else"}
	if slices.Contains(scopes, "profile") || slices.Contains(extra, "name") {
		claims["name"] = "Ada Example"
	}
	return claims, p.enabled, p.err
}

func (p *subjects) Email(context.Context, id.User) (string, error) {
	return "ada@example.test", p.err
}
