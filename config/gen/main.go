// Command gen writes what follows from the comments of the Config structs:
// docs_gen.go for "gatehouse config explain", docs/config.md and
// gatehouse.example.yaml. Run it as "go run ./config/gen" from the root of the
// repository.
package main

import (
	"fmt"
	"os"
)

func main() {
	files, err := generate(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
	for name, content := range files {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}
