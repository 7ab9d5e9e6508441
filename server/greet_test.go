package server

import (
	"bytes"
	"strings"
	"testing"

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
