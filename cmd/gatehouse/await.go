package main

import (
	"context"
	"errors"
	"time"

	"gatehouse/doctor"
	"gatehouse/house"
	"gatehouse/house/place"
)

// awaitWithin bounds how long a command waits for the server to read what it changed.
const awaitWithin = 2 * time.Second

// awaitServer returns once the server beside this command has read what it changed. Where
// that is not to be known it says of a policy which version it is, and that the command
// did not wait.
func (a *app) awaitServer(ctx context.Context, h *house.House) error {
	if !h.Raised() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, awaitWithin)
	defer cancel()
	at, made := place.Internal(h.Config), h.Policy.Made()
	serves, err := doctor.Tell(ctx, at, h.Same)
	switch {
	case made == 0 || err == nil && serves >= made:
		return nil
	case err == nil || errors.Is(err, doctor.ErrNotRead):
		return a.note("The server at %s has not read this yet. It counts there as soon as it has: as policy version %d.", at, made)
	case errors.Is(err, doctor.ErrOtherServer):
		return a.note("What answers at %s is no server of this house. Where one runs this counts within a second, as policy version %d.", at, made)
	}
	return a.note("No server answers at %s. Where one runs or is started this counts within a second, as policy version %d.", at, made)
}
