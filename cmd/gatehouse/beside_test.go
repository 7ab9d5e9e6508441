package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gatehouse/config"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/proof"
	"gatehouse/wire"
)

// beside is an open house, as a running server has it, and commands beside it.
type beside struct {
	t     *testing.T
	env   []string
	house *house.House
}

func newBeside(t *testing.T) *beside {
	t.Helper()
	env := []string{"GATEHOUSE_DATA_DIR=" + filepath.Join(t.TempDir(), "data")}
	cfg, _, err := config.Load(config.Options{Env: env})
	if err != nil {
		t.Fatal(err)
	}
	house, err := house.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := house.Close(); err != nil {
			t.Error(err)
		}
	})
	return &beside{t: t, env: env, house: house}
}

// run runs a command that must succeed, and decodes what it prints into v.
func (b *beside) run(v any, args ...string) {
	b.t.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(b.t.Context(), append(args, "--json"), b.env, strings.NewReader(""), &stdout, &stderr); code != exitDone {
		b.t.Fatalf("gatehouse %s: exit %d: %s", strings.Join(args, " "), code, stderr.String())
	}
	if err := json.Unmarshal(stdout.Bytes(), v); err != nil {
		b.t.Fatalf("gatehouse %s printed %s: %v", strings.Join(args, " "), stdout.String(), err)
	}
}

// try runs a command and returns what it says.
func (b *beside) try(args ...string) (code int, stdout, stderr string) {
	b.t.Helper()
	var out, complaints bytes.Buffer
	code = run(b.t.Context(), args, b.env, strings.NewReader("a long enough sentence\n"), &out, &complaints)
	return code, out.String(), complaints.String()
}

// person makes somebody who has signed in n times.
func (b *beside) person(email string, n int) (u identity.User, tokens []string) {
	b.t.Helper()
	ctx := b.t.Context()
	u, err := b.house.Identity.Create(ctx, operator(), identity.User{Email: email, Name: "Somebody"}, "")
	if err != nil {
		b.t.Fatal(err)
	}
	password := identity.Password{User: u.ID, ID: id.NewFactor(), Hash: "none fits", Changed: time.Now()}
	if err := b.house.Store.PutPassword(ctx, password); err != nil {
		b.t.Fatal(err)
	}
	for range n {
		_, token, err := b.house.Sessions.Create(ctx, operator(), u.ID, proof.List{
			{Method: proof.Password, At: time.Now(), Factor: password.ID, Source: proof.ByPassword},
			{Method: proof.OTP, At: time.Now(), Factor: "fac_removed", Source: proof.ByAuthenticator},
		})
		if err != nil {
			b.t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	return u, tokens
}

// live counts the tokens that still count.
func (b *beside) live(tokens []string) int {
	n := 0
	for _, token := range tokens {
		if _, err := b.house.Sessions.Authenticate(b.t.Context(), token, "192.0.2.1"); err == nil {
			n++
		}
	}
	return n
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	ada, adas := b.person("ada@example.test", 3)
	_, bobs := b.person("bob@example.test", 1)

	var list []struct {
		ID   id.Session `json:"id"`
		User id.User    `json:"user"`
		AMR  []string   `json:"amr"`

		Proofs []wire.Proof `json:"proofs"`
	}
	b.run(&list, "session", "list", "--user", "ada@example.test")
	if len(list) != 3 || list[0].User != ada.ID || len(list[0].AMR) != 1 || len(list[0].Proofs) != 1 {
		t.Fatalf("Ada's sessions are %v", list)
	}
	var all []any
	b.run(&all, "session", "list")
	if len(all) != 4 {
		t.Fatalf("there are %d sessions, want 4", len(all))
	}

	var result struct{ Ended int }
	b.run(&result, "session", "revoke", string(list[0].ID))
	if result.Ended != 1 || b.live(adas) != 2 {
		t.Errorf("one session was revoked: %d ended, %d live; want 1 and 2", result.Ended, b.live(adas))
	}
	b.run(&result, "session", "revoke", string(list[0].ID), string(list[0].ID))
	if result.Ended != 0 {
		t.Errorf("a session that had ended was revoked: %d ended, want 0", result.Ended)
	}
	b.run(&result, "session", "revoke", "--user", string(ada.ID))
	if result.Ended != 2 || b.live(adas) != 0 {
		t.Errorf("all of Ada's were revoked: %d ended, %d live; want 2 and 0", result.Ended, b.live(adas))
	}
	if b.live(bobs) != 1 {
		t.Error("Bob was signed out too")
	}
}

func TestWhatEndsAPersonsSessions(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	password := filepath.Join(t.TempDir(), "password")
	writeFile(t, password, "a long enough sentence\n")
	for _, args := range [][]string{
		{"user", "disable"},
		{"user", "set-password", "--password-file", password},
		{"user", "delete", "--yes"},
	} {
		email := args[1] + "@example.test" // a person for each
		_, tokens := b.person(email, 1)
		b.run(&map[string]any{}, append(args, email)...)
		if b.live(tokens) != 0 {
			t.Errorf("gatehouse %s leaves a session alive", strings.Join(args[:2], " "))
		}
	}
}

func TestResetFactorTakesTheSecondFactorAway(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	ctx := t.Context()
	ada, tokens := b.person("ada@example.test", 1)
	enrolment, err := b.house.Identity.StartEnrol(ctx, operator(), ada.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(enrolment.Secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.house.Identity.ConfirmEnrol(ctx, operator(), ada.ID, nil, code); err != nil {
		t.Fatal(err)
	}

	var shown struct {
		SecondFactor  bool `json:"second_factor"`
		RecoveryCodes int  `json:"recovery_codes_left"`
	}
	b.run(&shown, "user", "show", "ada@example.test")
	if !shown.SecondFactor || shown.RecoveryCodes != 10 {
		t.Errorf("after the enrolment: %+v", shown)
	}
	b.run(&map[string]any{}, "user", "reset-factor", "--yes", "ada@example.test")
	b.run(&shown, "user", "show", "ada@example.test")
	if shown.SecondFactor || shown.RecoveryCodes != 0 || b.live(tokens) != 0 {
		t.Errorf("after the reset: %+v, %d live sessions", shown, b.live(tokens))
	}
}

// A thousand people and three are more than two pages of the store.
func TestListsGoOnPastAPage(t *testing.T) {
	t.Parallel()
	b := newBeside(t)
	const people = 2*readPage + 3
	err := b.house.Store.InTx(t.Context(), func(ctx context.Context) error {
		for i := range people {
			u := identity.User{ID: id.NewUser(), Email: fmt.Sprintf("p%04d@example.test", i), Name: "P", Created: time.Now(), Updated: time.Now()}
			if err := b.house.Store.InsertUser(ctx, u); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for limit, want := range map[string]int{"10000": people, "1": 1, "500": 500, "501": 501, "5000": people} {
		var users []wire.User
		b.run(&users, "user", "list", "--limit", limit)
		if len(users) != want || users[want-1].Email != fmt.Sprintf("p%04d@example.test", want-1) {
			t.Errorf("--limit %s lists %d people, the last is %s; want %d", limit, len(users), users[len(users)-1].Email, want)
		}
	}
}

// A pipe that closed is not success: half a list must not look like a whole one.
func TestBrokenOutputIsAFailure(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"version"}, nil, strings.NewReader(""), brokenPipe{}, &stderr); code != exitFailed {
		t.Errorf("exit %d, want %d: %s", code, exitFailed, stderr.String())
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// An unreachable database must not bring its password to light.
func TestErrorsHideTheStoresPassword(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	var stdout, stderr bytes.Buffer
	env := []string{"GATEHOUSE_DATA_DIR=" + t.TempDir(), "GATEHOUSE_STORE_URL=postgres://gate:hush-hush@127.0.0.1:1/gate"}
	code := run(ctx, []string{"user", "list"}, env, strings.NewReader(""), &stdout, &stderr)
	if code != exitFailed || stderr.Len() == 0 || strings.Contains(stderr.String(), "hush-hush") {
		t.Errorf("exit %d: %s", code, stderr.String())
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
