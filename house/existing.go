package house

import (
	"context"
	"log/slog"

	"gatehouse/config"
	"gatehouse/house/place"
)

// OpenExisting is Open for a house that is there already: it makes neither a
// database nor a key. In the wrong folder a question must not be answered by a
// new and empty house, nor a secret be printed that no server knows. Faults:
// "store.not_found", "store.empty", "master_key.missing"; each says where it
// looked.
func OpenExisting(ctx context.Context, cfg config.Config, log *slog.Logger) (*House, error) {
	return openExisting(ctx, cfg, log, false)
}

// OpenBeside is OpenExisting for who was told no issuer: that of the server which
// started last counts, whatever listen.public says here. So what is printed, signed and
// examined beside a server that was started with flags of its own is what that one
// prints, signs and takes.
func OpenBeside(ctx context.Context, cfg config.Config, log *slog.Logger) (*House, error) {
	return openExisting(ctx, cfg, log, true)
}

func openExisting(ctx context.Context, cfg config.Config, log *slog.Logger, asServed bool) (*House, error) {
	if err := place.CheckDatabase(cfg); err != nil {
		return nil, err
	}
	if err := place.CheckMasterKey(cfg); err != nil {
		return nil, err
	}
	return open(ctx, cfg, log, place.CheckSchema, asServed)
}
