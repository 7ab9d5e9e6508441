// Package password hashes people's passwords with argon2id (RFC 9106) and says
// which passwords are too easy to guess. Hashing is bounded: a fixed number of
// slots, a short queue in front of them, and a deadline, so that a flood of
// sign-ins costs neither the memory nor the processors that everything else
// needs.
package password

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"gatehouse/identity/password/worker"
)

// MaxBytes is the longest password there is. Longer ones are refused unread, so
// that nobody pays for hashing them; shorter ones are never cut.
const MaxBytes = 1024

// Params are the cost of a hash. Parallelism is always 1: one hash, one core.
type Params struct {
	MemoryKiB uint32
	Passes    uint32
}

const (
	saltBytes = 16
	keyBytes  = 32
)

// errPHC is about a stored hash, so it says nothing of its content.
var errPHC = errors.New("the stored password hash is not a PHC string of argon2id")

// phc is a parsed hash: $argon2id$v=19$m=19456,t=2,p=1$salt$key
type phc struct {
	Params
	threads   uint8
	salt, key []byte
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.MemoryKiB, p.Passes, p.threads, b64(p.salt), b64(p.key))
}

// parse reads a PHC string. It refuses costs that no configuration allows, so
// that a damaged row cannot take the machine's memory.
func parse(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, errPHC
	}
	costs := strings.Split(parts[3], ",")
	if len(costs) != 3 {
		return phc{}, errPHC
	}
	memory, err1 := cost(costs[0], "m=", 1<<20)
	passes, err2 := cost(costs[1], "t=", 64)
	threads, err3 := cost(costs[2], "p=", 16)
	salt, err4 := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	key, err5 := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if errors.Join(err1, err2, err3, err4, err5) != nil || len(salt) < 8 || len(key) < 16 || len(salt)+len(key) > 256 {
		return phc{}, errPHC
	}
	return phc{Params{memory, passes}, uint8(threads), salt, key}, nil
}

func cost(s, prefix string, most uint32) (uint32, error) {
	digits, found := strings.CutPrefix(s, prefix)
	n, err := strconv.ParseUint(digits, 10, 32)
	if !found || err != nil || n < 1 || uint32(n) > most {
		return 0, errPHC
	}
	return uint32(n), nil
}

func fresh(p Params) phc {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails: crypto/rand ends the program instead
	return phc{p, 1, salt, make([]byte, keyBytes)}
}

// job is the work that derives p's key of password.
func (p phc) job(password string) worker.Job {
	return worker.Job{
		Password: prepare(password), Salt: p.salt,
		MemoryKiB: p.MemoryKiB, Passes: p.Passes, Threads: p.threads, KeyBytes: uint16(len(p.key)),
	}
}

func (p phc) isKey(key []byte) bool { return subtle.ConstantTimeCompare(key, p.key) == 1 }

// stale reports whether p was made at another cost than the one in force.
func (p phc) stale(now Params) bool {
	return p.Params != now || p.threads != 1 || len(p.salt) < saltBytes || len(p.key) < keyBytes
}

// prepare gives a password the same bytes whatever keyboard composed its
// characters (RFC 8265 section 4.2.1).
func prepare(password string) []byte { return norm.NFC.Bytes([]byte(password)) }
