package place

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gatehouse/config"
)

// maxAddress bounds what is read of the note, in bytes.
const maxAddress = 512

// NoteInternal writes into the data directory where a server that was started with flags
// of its own answers what is not for the public, for the commands beside it. Of several
// servers over one directory the last counts. Where there is no data directory it does nothing.
func NoteInternal(cfg config.Config) error {
	err := os.WriteFile(noted(cfg), []byte(cfg.Web.Listen.Internal+"\n"), 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("note where the server answers: %w", err)
	}
	return nil
}

// Internal is where the server answers that was started last over this data directory: its
// own word, unless this configuration was told listen.internal.
func Internal(cfg config.Config) string {
	at := cfg.Web.Listen.Internal
	if cfg.Sources.Of("listen.internal").Layer != config.Defaulted {
		return at
	}
	text, err := os.ReadFile(noted(cfg))
	if said := strings.TrimSpace(string(text)); err == nil && said != "" && len(said) <= maxAddress {
		return said
	}
	return at
}

func noted(cfg config.Config) string { return filepath.Join(cfg.DataDir, "listen.internal") }
