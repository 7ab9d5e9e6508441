package secret

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"gatehouse/fault"
)

// Master is the key that wraps all others. It is kept in a file outside the
// database: 32 random bytes as one line of base64url. It redacts itself when
// it is printed or logged.
type Master [keyBytes]byte

// String implements fmt.Stringer.
func (m Master) String() string { return redacted }

// GoString implements fmt.GoStringer.
func (m Master) GoString() string { return redacted }

// Format implements fmt.Formatter.
func (m Master) Format(f fmt.State, verb rune) { format(f, verb, redacted) }

// LogValue implements slog.LogValuer.
func (m Master) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler.
func (m Master) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LoadMaster reads the master key at path. The file must be readable by its
// owner alone, or belong to root and be readable by its group. Faults:
// "master_key.missing", "master_key.mode", "master_key.format", each saying what to
// do; a file that cannot be read for another reason is an Internal error.
func LoadMaster(path string) (Master, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Master{}, fault.Wrap(err, fault.NotFound, "master_key.missing",
			"There is no master key at "+path+".")
	}
	if err != nil {
		return Master{}, fmt.Errorf("load the master key: %w", err)
	}
	defer f.Close()
	if err := checkMasterFile(f, path); err != nil {
		return Master{}, err
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return Master{}, fmt.Errorf("load the master key: %w", err)
	}
	return parseMaster(string(text), path)
}

func checkMasterFile(f *os.File, path string) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("load the master key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fault.New(fault.Invalid, "master_key.format", path+" is not a regular file.")
	}
	if runtime.GOOS != "windows" && !private(info.Mode().Perm(), ofRoot(info)) {
		return fault.New(fault.Invalid, "master_key.mode", fmt.Sprintf(
			"The master key %s can be read or changed by others (mode %04o). Run: chmod 600 %s", path, info.Mode().Perm(), path))
	}
	return nil
}

// private reports whether a file of that mode is kept from others. One that root
// owns may be readable by its group: so Kubernetes and Swarm hand out secrets to
// who does not run as root, and who could change that is root already.
func private(mode fs.FileMode, ofRoot bool) bool {
	if ofRoot {
		mode &^= 0o040
	}
	return mode&0o077 == 0
}

func parseMaster(text, path string) (Master, error) {
	b, err := Decode(strings.TrimSpace(text))
	if err != nil || len(b) != keyBytes {
		return Master{}, fault.New(fault.Invalid, "master_key.format",
			path+" does not hold a master key: one line of 43 base64url characters (32 bytes) is expected.")
	}
	return Master(b), nil
}

// CreateMaster reads the master key at path, or makes one when there is none,
// and reports whether this call made it. The directory must exist. The file
// appears complete, on disk and with mode 0600, or not at all; of several
// processes that race, one makes it and all return the same key.
func CreateMaster(path string) (Master, bool, error) {
	m, err := LoadMaster(path)
	if fault.CodeOf(err) != "master_key.missing" {
		return m, false, err
	}
	rand.Read(m[:])
	err = writeMaster(path, m)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		m, err = LoadMaster(path)
		return m, false, err
	}
	if err != nil {
		return Master{}, false, fmt.Errorf("create the master key: %w", err)
	}
	return m, true, nil
}

// writeMaster writes to a name of its own first and links it into place, which
// fails when path exists: a crash leaves no half key behind, and a racing
// reader never sees an empty file.
func writeMaster(path string, m Master) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".master-key-*") // mode 0600, O_EXCL
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(base64.RawURLEncoding.EncodeToString(m[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" { // directories cannot be synced there
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
