package ephemeral

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// patience is how long a request waits for Redis. Longer ones are counted here.
	patience = 50 * time.Millisecond
	// probePatience is how long a probe does, which may have to connect first.
	probePatience = time.Second
	// ProbeEvery is how often Redis is asked whether it answers.
	ProbeEvery = time.Second
)

//go:embed take.lua
var takeText string

var take = redis.NewScript(takeText)

// mode is what is asked of the script.
type mode string

const (
	taking   mode = "take"
	counting mode = "count"
)

// remote is what is counted in Redis. Nothing of it waits longer than patience, and while
// Redis is away nothing waits at all.
//
// The moments of keys are times of Redis' clock there, and of this process' monotonic one
// here. offset is what lies between them, or less: so whoever waits until a moment has
// passed here has waited until it passed there.
type remote struct {
	options *redis.Options
	secret  []byte
	begun   time.Time
	client  atomic.Pointer[redis.Client]
	offset  atomic.Int64 // in microseconds

	circuit circuit
	failed  atomic.Uint64 // questions
}

func newRemote(c Redis, secret []byte, begun time.Time, log *slog.Logger) (*remote, error) {
	quiet()
	options, err := c.options()
	if err != nil {
		return nil, err
	}
	r := &remote{options: options, secret: secret, begun: begun, circuit: circuit{log: log}}
	r.client.Store(redis.NewClient(options))
	r.circuit.away.Store(true) // until it is asked
	return r, nil
}

func (r *remote) close() error { return r.client.Load().Close() }

// answer is what Redis said of a key.
type answer struct {
	wait  time.Duration // until it may have one more event; zero: this one was counted
	whole time.Duration // when it is whole again, by the clock here
	rest  time.Duration // until then, when Redis said so
}

// ask counts an event of key, of which known is what is known here. It returns false when
// Redis did not answer, or is away: then the event is to be counted here.
func (r *remote) ask(name, key string, b bound, m mode, known time.Duration) (answer, bool) {
	if r == nil || !r.circuit.closed() {
		return answer{}, false
	}
	// A visitor who hangs up says nothing about Redis.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	a, err := r.run(ctx, r.name(name, key), b, m, known)
	if err != nil {
		r.failed.Add(1)
	}
	r.circuit.heard(err)
	return a, err == nil
}

// name is what a key is called in Redis: nobody can tell from it who it is about, it is
// short, and no other house has the same one.
func (r *remote) name(name, key string) string {
	h := hmac.New(sha256.New, r.secret)
	h.Write([]byte(name))
	h.Write([]byte{0})
	h.Write([]byte(key))
	return "gatehouse:" + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// errOther is behind an answer that belongs to another question.
var errOther = errors.New("the answer is none to what was asked")

// run runs the script.
func (r *remote) run(ctx context.Context, name string, b bound, m mode, known time.Duration) (answer, error) {
	client, offset := r.client.Load(), r.offset.Load()
	if known > 0 && offset != 0 {
		known += time.Duration(offset) * time.Microsecond
	}
	nonce := strconv.FormatUint(rand.Uint64(), 36)
	sent := time.Since(r.begun)
	said, err := take.Run(ctx, client, []string{name}, b.every.Microseconds(), b.reach.Microseconds(), string(m), known.Microseconds(), nonce).Slice()
	if err != nil {
		return answer{}, err
	}
	received := time.Since(r.begun)
	at, wait, whole, err := read(said, nonce)
	if err != nil {
		r.renew(client)
		return answer{}, err
	}
	r.hear(at, sent, received)
	return answer{
		wait:  time.Duration(wait) * time.Microsecond,
		whole: time.Duration(whole-r.offset.Load()) * time.Microsecond,
		rest:  time.Duration(whole-at) * time.Microsecond,
	}, nil
}

// read reads an answer. One that does not bring the nonce along is somebody else's: the
// connection gives answers in another order than it was asked (CVE-2025-29923 was that).
func read(said []any, nonce string) (at, wait, whole int64, err error) {
	if len(said) != 4 || said[0] != nonce {
		return 0, 0, 0, errOther
	}
	var n [3]int64
	for i := range n {
		var ok bool
		if n[i], ok = said[i+1].(int64); !ok {
			return 0, 0, 0, errOther
		}
	}
	return n[0], n[1], n[2], nil
}

// renew leaves all connections of a client behind, which cannot be believed any more.
func (r *remote) renew(old *redis.Client) {
	fresh := redis.NewClient(r.options)
	if r.client.CompareAndSwap(old, fresh) {
		old, fresh = fresh, old
	}
	_ = fresh.Close() // the one that is not used
}

// hear brings the clocks together: at was Redis' time between sent and received.
func (r *remote) hear(at int64, sent, received time.Duration) {
	low, high := at-received.Microseconds()-1, at-sent.Microseconds()
	for {
		old := r.offset.Load()
		if low <= old && old <= high || r.offset.CompareAndSwap(old, low) {
			return
		}
	}
}

// probe asks whether Redis answers, counts, and does so in time.
func (r *remote) probe(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	err := r.client.Load().Ping(ctx).Err() // what it takes to connect does not count
	if err == nil {
		begun := time.Now()
		_, err = r.run(ctx, r.name("probe", ""), newBound(1000, time.Millisecond), counting, 0)
		if took := time.Since(begun); err == nil && took > patience {
			err = fmt.Errorf("it took %s to answer", took.Round(time.Millisecond))
		}
	}
	r.circuit.probed(err)
}

// Figures are about the Redis of a process.
type Figures struct {
	Shared bool      // limits are shared through it now
	Since  time.Time // that this is so; zero: it was not asked yet
	Failed uint64    // questions that it did not answer, or not in time
	Alone  uint64    // events that were counted without it
}

func (r *remote) figures() Figures {
	f := r.circuit.figures()
	f.Failed = r.failed.Load()
	return f
}
