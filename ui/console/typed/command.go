package typed

import (
	"cmp"
	"encoding/json"
	"strings"

	"gatehouse/gate"
	"gatehouse/ui/console/guard"
)

// document is an object as files have it.
type document struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       any      `json:"spec"`
}

type metadata struct {
	ID string `json:"id"`
}

// Apply is the command that makes what the gate goes by be so. What it reads stands behind it: YAML
// takes JSON, in which no line is the word that ends it, whatever somebody typed.
func Apply(all ...gate.Object) string {
	docs := make([]string, len(all))
	for i := range all {
		o := &all[i]
		text, _ := json.MarshalIndent(document{"gatehouse/v1", o.Kind(), metadata{cmp.Or(o.ID, "NAME")}, o.Spec()}, "", "  ") // it came as JSON
		docs[i] = string(text) + "\n"
	}
	return guard.Command("apply", "-f", "-", "--yes") + " <<'END'\n" + strings.Join(docs, "---\n") + "END"
}
