// Package doctor examines a whole installation, as it is now: the configuration
// and its files, the database, the server, and how the world reaches the issuer.
// Each thing that it looked at is a finding, and one that is bad says what to do.
//
// It changes nothing (a trial write, as readiness makes it, and a probe that the
// server forgets are all), prints no secret, and talks to the database, the
// configured listeners and the issuer only. What does not answer is said to be
// unknown, and the rest goes on.
package doctor

import (
	"context"
	"crypto/x509"
	"log/slog"
	"time"

	"gatehouse/config"
	"gatehouse/house/check"
	"gatehouse/house/place"
	"gatehouse/store"
)

// Patient is what is examined.
type Patient struct {
	Config  config.Config
	Sources config.Sources
	// BackupAge is how old the last back-up may be; zero: nobody asks.
	BackupAge time.Duration
	// Roots issued the certificates that are believed; nil: those of this machine.
	Roots *x509.CertPool
}

// Report is what was found.
type Report struct {
	Problems int             `json:"problems"`
	Warnings int             `json:"warnings"`
	Unknown  int             `json:"unknown"`
	Findings []check.Finding `json:"findings"`
}

// Well reports whether nothing bad was found.
func (r *Report) Well() bool { return r.Problems+r.Warnings == 0 }

// examiner is one examination.
type examiner struct {
	Patient
	report Report
	store  *store.Store // nil: it could not be opened
	up     bool         // a server answers on the internal listener
	now    time.Time
}

// Examine looks at all of it. It ends when ctx does, at the latest half a minute
// after it began.
func Examine(ctx context.Context, p Patient) Report {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	p.Config.Web.Listen.Internal = place.Internal(p.Config) // another server may answer at the usual one
	e := &examiner{Patient: p, now: time.Now()}
	for _, look := range []struct {
		check, well string
		at          func(ctx context.Context) []check.Finding
	}{
		{"configuration", "nothing in the configuration is known to surprise", e.configuration},
		{"files", "the files are closed to others", e.files},
		{"disk", "there is room on the disk", e.disk},
		{"tls", "", e.certificate},
		{"database", "the database answers, has this schema, and takes changes", e.database},
		{"clock", "", e.clocks},
		{"backup", "", e.backup},
		{"passwords", "passwords cost what the configuration says", e.passwords},
		{"clients", "the applications follow RFC 9700", e.clients},
		{"server", "a server answers on listen.internal, and is ready", e.server},
		{"issuer", "the issuer answers, and is this Gatehouse", e.issuer},
		{"proxy", "", e.arrival},
	} {
		found := look.at(ctx)
		if len(found) == 0 && look.well != "" {
			found = []check.Finding{{Check: look.check, Severity: check.OK, Says: look.well}}
		}
		e.add(found)
	}
	if e.store != nil {
		_ = e.store.Close() // nothing was written that could be lost
	}
	return e.report
}

func (e *examiner) add(found []check.Finding) {
	for _, f := range found {
		switch f.Severity {
		case check.Problem:
			e.report.Problems++
		case check.Warning:
			e.report.Warnings++
		case check.Unknown:
			e.report.Unknown++
		}
		e.report.Findings = append(e.report.Findings, f)
	}
}

// silent is the log of what is opened on the way: findings say it.
var silent = slog.New(slog.DiscardHandler)

func unknown(name, why string) []check.Finding {
	return []check.Finding{{Check: name, Severity: check.Unknown, Says: why}}
}
