package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/clock"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house/backup"
	"gatehouse/house/check"
	"gatehouse/house/place"
	"gatehouse/secret"
	"gatehouse/setting"
	"gatehouse/store"
)

// openWait is how long a database gets to answer.
const openWait = 5 * time.Second

// of is an error as a finding. A fault's sentence says what to do, unless remedy
// says it better; its cause is shown where there is no sentence.
func of(name string, err error, remedy string) check.Finding {
	says := err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Detail != "" {
		says = f.Detail
		if f.Kind == fault.Unavailable && f.Err != nil {
			says += " (" + f.Err.Error() + ")"
		}
		for _, x := range f.Fields {
			says += " " + x.Name + " " + x.Problem + "."
		}
	}
	return check.Finding{Check: name, Severity: check.Problem, Says: says, Remedy: remedy}
}

// database opens the store, which stays open for what comes after.
func (e *examiner) database(ctx context.Context) []check.Finding {
	ctx, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()
	if err := place.CheckDatabase(e.Config); err != nil {
		return []check.Finding{of("database.open", err, "gatehouse serve")}
	}
	s, err := store.Open(ctx, e.Config.Store, silent)
	if err != nil {
		return []check.Finding{of("database.open", err, "")}
	}
	found, usable := e.schema(ctx, s)
	if !usable {
		return append(found, closing(s)...)
	}
	e.store = s
	e.asServed(ctx)
	if err := s.MayMigrate(ctx); err != nil {
		found = append(found, of("database.rights", err, ""))
	}
	if err := s.TryWrite(ctx, time.Now()); err != nil {
		found = append(found, of("database.write", err, "Look for a full disk, a standby, or rights that are missing."))
	}
	return append(found, e.keyFits(ctx)...)
}

// asServed takes the issuer of the server that started last where the configuration says
// none: a flag of that server's may have chosen another port than this reads.
func (e *examiner) asServed(ctx context.Context) {
	if e.Sources.Of("issuer").Layer != config.Derived {
		return
	}
	if served, err := e.store.Served(ctx); err == nil && served != "" {
		e.Config.Issuer = served
	}
}

func closing(s *store.Store) []check.Finding {
	if err := s.Close(); err != nil {
		return unknown("database.open", err.Error())
	}
	return nil
}

// schema reports whether the tables are those that this program knows.
func (e *examiner) schema(ctx context.Context, s *store.Store) (found []check.Finding, usable bool) {
	has, err := s.HasSchema(ctx)
	if err != nil {
		return []check.Finding{of("database.schema", err, "")}, false
	}
	if !has {
		return []check.Finding{{
			Check: "database.schema", Severity: check.Problem,
			Says: "the database holds no Gatehouse", Remedy: "Look whether store.url is right. A new one: gatehouse migrate up",
		}}, false
	}
	have, err := s.SchemaVersion(ctx)
	want, latestErr := store.LatestSchema()
	switch {
	case errors.Join(err, latestErr) != nil:
		return []check.Finding{of("database.schema", errors.Join(err, latestErr), "")}, false
	case have > want:
		return []check.Finding{{
			Check: "database.schema", Severity: check.Problem,
			Says: fmt.Sprintf("a newer Gatehouse set up the database (schema %d; this one knows %d)", have, want), Remedy: "Run the newer one.",
		}}, false
	case have < want:
		return []check.Finding{{
			Check: "database.schema", Severity: check.Warning,
			Says: fmt.Sprintf("the schema is at step %d of %d", have, want), Remedy: "gatehouse migrate up",
		}}, false
	}
	return nil, true
}

func (e *examiner) keyFits(ctx context.Context) []check.Finding {
	master, err := secret.LoadMaster(e.Config.MasterKeyFile)
	if err != nil {
		return nil // the files say so
	}
	if err := secret.Fits(ctx, e.store, master); err != nil {
		return []check.Finding{of("key.fits", err, "Restore the key that was in use when the database was set up, or correct master_key_file.")}
	}
	return nil
}

// clockWorth is the difference of clocks that is worth a word: an answer takes a
// moment. From clock.Bound on nothing is removed or rotated by them.
const clockWorth = 5 * time.Second

func (e *examiner) clocks(ctx context.Context) []check.Finding {
	if e.store == nil {
		return unknown("clock.database", "the database could not be asked for its time")
	}
	before := time.Now()
	there, has, err := e.store.Clock(ctx)
	if err != nil {
		return []check.Finding{of("clock.database", err, "")}
	}
	if !has {
		return []check.Finding{{Check: "clock.database", Severity: check.OK, Says: "the database has no clock but this machine's"}}
	}
	return judgeClock("clock.database", "the database's clock", there.Sub(before.Add(time.Since(before)/2)))
}

// judgeClock judges how far another clock is ahead of ours.
func judgeClock(name, whose string, ahead time.Duration) []check.Finding {
	severity, follows := check.Warning, "tokens that are good may be refused"
	switch away := ahead.Abs(); {
	case away < clockWorth:
		return []check.Finding{{Check: name, Severity: check.OK, Says: whose + " and this machine's agree"}}
	case away >= clock.Bound:
		severity, follows = check.Problem, "tokens are refused, nothing is removed for its age, and keys do not rotate"
	}
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	return []check.Finding{{
		Check: name, Severity: severity,
		Says:   fmt.Sprintf("%s is %s %s this machine's: %s", whose, ahead.Abs().Round(time.Second), direction, follows),
		Remedy: "Let all machines follow NTP (timedatectl set-ntp true).",
	}}
}

func (e *examiner) backup(ctx context.Context) []check.Finding {
	switch {
	case e.BackupAge == 0:
		return nil
	case e.store == nil:
		return unknown("backup", "the database could not be asked for the last back-up")
	}
	last, err := backup.Last(ctx, e.store)
	if err != nil {
		return []check.Finding{of("backup", err, "")}
	}
	return judgeBackup(last, e.now, e.BackupAge)
}

const backupRemedy = "gatehouse backup FILE (if you back up by other means: --backup-age 0)"

func judgeBackup(last, now time.Time, most time.Duration) []check.Finding {
	age := now.Sub(last)
	switch {
	case last.IsZero():
		return []check.Finding{{Check: "backup", Severity: check.Warning, Says: `no back-up was made by "gatehouse backup"`, Remedy: backupRemedy}}
	case age > most:
		return []check.Finding{{
			Check: "backup", Severity: check.Warning,
			Says:   fmt.Sprintf("the last back-up is of %s, more than %s ago", last.UTC().Format(time.DateOnly), setting.FormatDuration(most)),
			Remedy: backupRemedy,
		}}
	}
	return []check.Finding{{Check: "backup", Severity: check.OK, Says: "the last back-up is of " + last.UTC().Format(time.RFC3339)}}
}

// passwordSample is how many hashes are looked at, at most.
const passwordSample = 20_000

func (e *examiner) passwords(ctx context.Context) []check.Finding {
	if e.store == nil {
		return unknown("passwords", "the database could not be asked for what passwords cost")
	}
	costs, err := e.store.PasswordCosts(ctx, passwordSample)
	if err != nil {
		return []check.Finding{of("passwords", err, "")}
	}
	p := e.Config.Identity.Password
	return judgePasswords(costs, fmt.Sprintf("m=%d,t=%d,p=1", p.MemoryKiB, p.Passes))
}

func judgePasswords(costs map[string]int, now string) []check.Finding {
	all, other := 0, 0
	for cost, n := range costs {
		all += n
		if cost != now {
			other += n
		}
	}
	if other == 0 {
		return nil
	}
	return []check.Finding{{
		Check: "passwords", Severity: check.Note,
		Says: fmt.Sprintf("%d of %d password hashes that were looked at have another cost than the configuration; each is renewed at the person's next sign-in", other, all),
	}}
}
