// Command gen writes admin/openapi.json from the routes.
package main

import (
	"fmt"
	"os"

	"gatehouse/admin"
)

func main() {
	text, err := admin.Document()
	if err == nil {
		err = os.WriteFile("admin/openapi.json", text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
