// Command gatehouse is the whole product in one binary: the server, the demo,
// and the operator's commands. Each command has a file of its own. The commands
// work on the store itself, through the same services as the server, also while
// servers run on it: those see a change within a second.
//
// Exit codes: 0 done; 1 it did not work; 64 the command line or the
// configuration is wrong, and nothing was tried.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"gatehouse/demo/shopapi"
	"gatehouse/identity/password/worker"
)

func main() {
	worker.Main()  // a child of the server hashes passwords, and does nothing below;
	shopapi.Main() // nor does the API of the demo's shop
	os.Exit(gatehouse())
}

// gatehouse runs the command line of the process. The first signal asks to
// stop; the second one is not caught and ends the process at once, but a server, which
// gives back first what others wait for.
func gatehouse() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
}
