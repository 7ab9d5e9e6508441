package server

import (
	"bytes"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/internal/testconfig"
)

// greeting is what the operator reads at the start.
func greeting(t *testing.T, h *house.House) string {
	t.Helper()
	var out bytes.Buffer
	s, err := New(h, Options{Stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.greet(t.Context()); err != nil {
		t.Fatalf("greet: %v", err)
	}
	return out.String()
}

// The link scrolled away with the first start. The second must not be silent.
func TestSecondStartWithoutAnAdministratorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	h := openHouse(t, testconfig.New(t))
	if first := greeting(t, h); !strings.Contains(first, h.Config.Issuer+"/setup#token=") {
		t.Errorf("the first start says no link: %s", first)
	}
	second := greeting(t, h)
	if strings.Contains(second, "#token=") || !strings.Contains(second, "gatehouse setup-link") {
		t.Errorf("the second start says %q; it should lead to gatehouse setup-link", second)
	}
}

// Who is set up reads at each start where they go on.
func TestStartNamesTheConsole(t *testing.T) {
	t.Parallel()
	h := openHouse(t, testconfig.New(t))
	ctx, by := t.Context(), audit.Actor{Kind: audit.Console}
	token, _, err := h.Identity.SetupLink(ctx, by, true)
	if err == nil {
		_, err = h.Identity.Setup(ctx, by, token, "ada@example.test", "Ada", "eleven quiet herons wading")
	}
	if err != nil {
		t.Fatal(err)
	}
	if said := greeting(t, h); !strings.Contains(said, h.Config.Issuer+"/console") {
		t.Errorf("the start says %q; it should lead to the console", said)
	}
}
