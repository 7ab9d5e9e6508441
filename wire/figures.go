package wire

import (
	"time"

	"gatehouse/id"
)

// Statistics are figures of some days.
type Statistics struct {
	Days []DayFigures `json:"days"` // the latest first; of a day on which nothing happened there is none
}

// DayFigures are the figures of one day, of which the last few seconds may be missing.
type DayFigures struct {
	Day     string           `json:"day"` // in UTC
	SignIns int64            `json:"sign_ins"`
	Methods map[string]int64 `json:"sign_ins_by_method"` // methods of one sign-in with blanks between them (RFC 8176)
	Refused int64            `json:"refused_sign_ins"`
	Reasons map[string]int64 `json:"refused_sign_ins_by_reason"`
	Events  map[string]int64 `json:"events"`            // of each action, those that were refused included
	Gate    map[string]int64 `json:"gate_decisions"`    // by what came out: allow, deny, challenge, unknown, limited, error, public
	Present *Present         `json:"present,omitempty"` // as it was counted last on that day
}

// Present is how much there was of something.
type Present struct {
	People       int64 `json:"people"`
	Sessions     int64 `json:"sessions"`      // browsers that were signed in
	GrantsEnding int64 `json:"grants_ending"` // within seven days
	Secured      int64 `json:"people_with_second_factor"`
	Bytes        int64 `json:"database_bytes"`
}

// Failures is whose sign-ins were refused most often, and from where these came: counted as they
// are recorded, of each day what was seen most often.
type Failures struct {
	Since     string    `json:"since"`     // the first day, in UTC
	Accounts  []Failing `json:"accounts"`  // people, by their ids; the one that failed most first
	Addresses []Failing `json:"addresses"` // IP addresses
}

// TopApplications is to which applications people signed in most often: counted as they do, of each
// day.
type TopApplications struct {
	Since        string           `json:"since"` // the first day, in UTC
	Applications []ApplicationUse `json:"applications"`
}

// ApplicationUse is one of them.
type ApplicationUse struct {
	ID      id.Client `json:"client_id"`
	Name    string    `json:"client_name"`
	SignIns int64     `json:"sign_ins"`
}

// Failing is one of them.
type Failing struct {
	Name  string `json:"name"`
	Times int64  `json:"times"`
	// Least is that there may have been more: others were seen so often meanwhile that it was not
	// counted all day.
	Least bool `json:"at_least,omitempty"`
}

// Endings is how many grants end on each of some days.
type Endings struct {
	Days []DayEndings `json:"days"` // in their order
}

// DayEndings is how many grants end, or ended, on one day.
type DayEndings struct {
	Day    string `json:"day"` // in UTC
	Grants int    `json:"grants"`
	More   bool   `json:"more,omitempty"` // there are more than that
}

// Health says whether a Gatehouse is well.
type Health struct {
	Status   string            `json:"status" enum:"ready,not ready"`
	Checks   map[string]string `json:"checks"`           // of this process; ok, or what is wrong
	Doubts   map[string]string `json:"doubts,omitempty"` // what somebody should look at although requests are answered
	Database string            `json:"database" enum:"sqlite,postgres"`
	Keys     map[string]int    `json:"keys"` // how many signing keys there are in each state
	Seal     SealState         `json:"seal"`
	Policy   int64             `json:"policy_version"` // by which this process decides
	Now      time.Time         `json:"now"`
	Version  string            `json:"version,omitempty"`
	Started  time.Time         `json:"started"` // this process
	Schema   int64             `json:"schema_version"`
	Answers  int64             `json:"database_micros"` // how long the database took to answer just now
	Storage  Storage           `json:"storage"`
	Redis    string            `json:"redis" enum:"none,shared,away"` // whether limits are shared by all replicas
}

// Storage is how much room there is.
type Storage struct {
	Bytes int64  `json:"database_bytes"`
	Free  *int64 `json:"free_bytes,omitempty"` // on the disk of SQLite's file; absent: nobody can tell here
}

// Attention is what somebody should look at besides Health.Doubts.
type Attention struct {
	// Unguarded are people who may do something at Gatehouse itself and have no second factor: the
	// first twenty.
	Unguarded []Subject `json:"administrators_without_second_factor"`
	// Ending are keys of service accounts, Secrets of applications and Tokens of people that end
	// within fourteen days: of each the first twenty.
	Ending  []EndingKey    `json:"ending_service_keys"`
	Secrets []EndingSecret `json:"ending_client_secrets"`
	Tokens  []EndingToken  `json:"ending_personal_tokens"`
	// Late are algorithms whose key signs for longer than keys.rotate says.
	Late []string `json:"late_signing_keys"`
}

// EndingKey is a key of a service account that ends.
type EndingKey struct {
	ID      id.ServiceKey `json:"key_id"`
	Service string        `json:"service"`
	Ends    time.Time     `json:"expires_at"`
}

// EndingSecret is a secret of an application that ends.
type EndingSecret struct {
	ID     id.Secret `json:"secret_id"`
	Client id.Client `json:"client_id"`
	Name   string    `json:"client_name"`
	Ends   time.Time `json:"expires_at"`
}

// EndingToken is a personal token that ends.
type EndingToken struct {
	ID   id.ServiceKey `json:"key_id"`
	User Subject       `json:"user"`
	Ends time.Time     `json:"expires_at"`
}

// SealState is how far the audit log is sealed.
type SealState struct {
	Sealed  int64     `json:"sealed"`           // entries
	At      time.Time `json:"at,omitzero"`      // when the last were
	Waiting time.Time `json:"waiting,omitzero"` // since when the oldest event waits; absent: none does
}

// Setting is one key of the configuration.
type Setting struct {
	Path    string `json:"path"`
	Value   string `json:"value"` // stars where it is secret
	Default string `json:"default"`
	Source  string `json:"source"` // the line of a file, a variable, a flag, the key that it follows from, the database, or default
	Layer   string `json:"layer" enum:"default,derived,database,file,environment,flag"`
	Doc     string `json:"doc"`
	// Changeable is whether it may be changed while Gatehouse runs, and Locked whether the
	// source, which is no database, keeps it from that.
	Changeable bool `json:"changeable"`
	Locked     bool `json:"locked"`
	// Stored is what the database holds of it where something else counts, and Problem why
	// it cannot be used, if that is the reason.
	Stored  *string `json:"stored,omitempty"`
	Problem string  `json:"problem,omitempty"`
}
