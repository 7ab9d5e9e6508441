package typed

import (
	"testing"

	"gatehouse/gate"
)

// What was typed stays within its text, whatever it says.
func TestTheCommandHoldsWhatWasTyped(t *testing.T) {
	t.Parallel()
	got := Apply(gate.Object{ID: "shop", Upstream: &gate.UpstreamSpec{Targets: []string{"http://a\nEND\n$(x)'"}}}, gate.Object{Edge: &gate.EdgeSpec{Dialect: "nginx", Peers: []string{}}})
	want := `gatehouse apply -f - --yes <<'END'
{
  "apiVersion": "gatehouse/v1",
  "kind": "Upstream",
  "metadata": {
    "id": "shop"
  },
  "spec": {
    "targets": [
      "http://a\nEND\n$(x)'"
    ]
  }
}
---
{
  "apiVersion": "gatehouse/v1",
  "kind": "Edge",
  "metadata": {
    "id": "NAME"
  },
  "spec": {
    "dialect": "nginx",
    "peers": []
  }
}
END`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
