package wire

import "time"

// Gate is where the routes of the gate come from, and whether they can be used.
type Gate struct {
	Listens   bool   `json:"listens"`           // there is a gate
	Files     bool   `json:"in_files"`          // they are in a folder, and change there
	From      string `json:"from"`              // the folder, or the database
	Hash      string `json:"hash"`              // of what is served; replicas with the same routes have the same
	Routes    int    `json:"routes"`            // that are served
	Tests     int    `json:"tests"`             // that hold
	Problem   string `json:"problem,omitempty"` // why what lies there is not served
	Decisions bool   `json:"decisions"`         // this process writes down what it decides, so that it can be made again
}

// ServedRoute is a route that the gate serves, with what it decided.
type ServedRoute struct {
	Route
	Missing   []string         `json:"missing,omitempty"` // permissions that no API has: nobody gets through
	Decisions map[string]int64 `json:"decisions"`         // of the last seven days, by what came out
	Tests     int              `json:"tests"`
}

// GateAnswer is what the gate would do with a request.
type GateAnswer struct {
	Routed *Routed `json:"routed,omitempty"` // the route that takes it; absent: none does
	// Decision is allow, own, filter, deny, challenge, unknown (a sign-in is asked for), public,
	// mcp (it depends on the body), error or no route; Reason says why.
	Decision    string       `json:"decision"`
	Reason      string       `json:"reason,omitempty"`
	Explanation *Explanation `json:"explanation,omitempty"` // of the permission, for somebody
}

// Replayed is what recorded decisions of the gate come to by other routes.
type Replayed struct {
	Since     time.Time     `json:"since,omitzero"` // the first that was looked at
	Decisions int           `json:"decisions"`      // that were made again
	Left      int           `json:"left_out"`       // those of which not all is recorded that they depended on
	Turns     []Turn        `json:"turns"`          // how many would turn from what to what, the most first
	Changes   []TurnedEntry `json:"changes"`        // the first of them, one by one
}

// Turn is how many decisions would turn from one answer to another.
type Turn struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

// TurnedEntry is a decision that would turn.
type TurnedEntry struct {
	At      time.Time `json:"at"`
	Subject Subject   `json:"subject,omitzero"`
	Method  string    `json:"method"`
	Host    string    `json:"host"`
	Path    string    `json:"path"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Route   string    `json:"route,omitempty"` // that would take it
	Why     string    `json:"why,omitempty"`
}
