package session

import (
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/proof"
)

// Entrance is what the gate wants of a sign-in for a browser that comes to one of its
// hosts without a session. It travels with the browser to the issuer, sealed: nobody but
// the gate says where a browser is sent back to.
type Entrance struct {
	Origin string // of the host as browsers reach it, such as https://shop.example.com
	Host   string
	Nonce  []byte // SHA-256 of the nonce, which the browser keeps for that host
	Path   string // where the browser wanted to go: a path with its query
	// Level and MaxAge are what must be proved, and how lately; zero: nothing more than
	// a sign-in.
	Level  proof.Level
	MaxAge time.Duration
	Asked  time.Time
}

// Sealer seals what a browser carries for us; secret.Box does.
type Sealer interface {
	Seal(plain []byte) (string, error)
	// Open returns what Seal sealed, and an error for everything else.
	Open(text string) ([]byte, error)
}

// entranceLife is how long somebody may take to sign in for the gate.
const entranceLife = time.Hour

// Seal returns e as the browser carries it.
func (g *Gates) Seal(e Entrance) (string, error) {
	plain, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("seal an entrance: %w", err)
	}
	return g.Seals.Seal(plain)
}

// Open returns what Seal sealed. What is no such thing, or is too old, is the fault
// "gate.entrance" (Malformed).
func (g *Gates) Open(text string) (e Entrance, err error) {
	plain, err := g.Seals.Open(text)
	if err == nil {
		err = json.Unmarshal(plain, &e)
	}
	if age := time.Since(e.Asked); err == nil && (age > entranceLife || age < -entranceLife) {
		err = fmt.Errorf("it is %s old", age)
	}
	if err != nil {
		return Entrance{}, fault.Wrap(err, fault.Malformed, "gate.entrance", "This sign-in took too long, or was not begun by an application. Open the application again.")
	}
	return e, nil
}
