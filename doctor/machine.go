package doctor

import (
	"context"
	"fmt"
	"path/filepath"

	"gatehouse/house/check"
	"gatehouse/house/place"
	"gatehouse/proof"
)

func (e *examiner) configuration(context.Context) []check.Finding {
	found := check.Configuration(e.Config, e.now)
	if e.Config.SignIn.MFA == proof.MFANobody {
		found = append(found, check.Finding{
			Check: "signin.mfa", Severity: check.Warning,
			Says:   "signin.mfa is nobody: a password alone makes an administrator",
			Remedy: "signin.mfa: administrators",
		})
	}
	return found
}

func (e *examiner) files(context.Context) []check.Finding {
	found := check.Files(e.Config, e.Sources)
	if err := place.CheckDataDir(e.Config); err != nil {
		found = append(found, of("data_dir", err, ""))
	}
	return found
}

func (e *examiner) certificate(context.Context) []check.Finding {
	found := check.Certificate(e.Config, e.now, e.Roots)
	if len(found) == 0 && e.Config.Web.TLS.CertFile != "" {
		found = append(found, check.Finding{Check: "tls", Severity: check.OK, Says: "the certificate is for the issuer, and lasts"})
	}
	return found
}

// The room that a disk should have.
const (
	scarce = 1 << 30
	none   = 100 << 20
)

// disk looks at where something of ours is written.
func (e *examiner) disk(context.Context) []check.Finding {
	file, is := e.Config.Store.SQLite()
	if !is {
		return nil // what Postgres writes is its own machine's
	}
	where := filepath.Dir(file)
	free, err := place.FreeSpace(where)
	if err != nil {
		return unknown("disk", fmt.Sprintf("how much room there is at %s cannot be told: %v", where, err))
	}
	return judgeDisk(where, free)
}

func judgeDisk(where string, free uint64) []check.Finding {
	severity := check.Warning
	switch {
	case free >= scarce:
		return nil
	case free < none:
		severity = check.Problem
	}
	return []check.Finding{{
		Check: "disk", Severity: severity,
		Says:   fmt.Sprintf("%d MB are free at %s: with a full disk nobody signs in, and nothing can be revoked", free/1_000_000, where),
		Remedy: "Make room, or limit the audit log (audit.retention).",
	}}
}
