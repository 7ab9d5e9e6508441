package admin

import (
	"context"
	"net/http"
	"slices"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/wire"
)

// verifications adds the routes of looks at all of the audit log that are kept: they are done in the
// background, and whoever began one may leave and come back.
func (d *Door) verifications() {
	const all, one = "/audit-verifications", "/audit-verifications/{verification}"
	named := func(rt Route) Route { rt.Kind, rt.Param = audit.KindVerification, "verification"; return rt }
	add(d, Route{Method: http.MethodGet, Path: all, ID: "listAuditVerifications", Permission: "audit:verify", Summary: "List the latest verifications of the audit log that are kept, the newest first"}, d.listVerifications)
	add(d, Route{Method: http.MethodPost, Path: all, ID: "beginAuditVerification", Permission: "audit:verify", Summary: "Begin to look at all of the audit log in the background, one look at a time", Status: http.StatusCreated}, d.beginVerification)
	add(d, named(Route{Method: http.MethodGet, Path: one, ID: "getAuditVerification", Permission: "audit:verify", Summary: "See how far a verification of the audit log is, and what it found"}), d.getVerification)
	add(d, named(Route{Method: http.MethodPost, Path: one + "/stop", ID: "stopAuditVerification", Permission: "audit:verify", Summary: "Stop a verification of the audit log"}), d.stopVerification)
}

// VerificationPath names a verification.
type VerificationPath struct {
	Verification string `path:"verification" maxLength:"64" doc:"The id of the verification, ver_…"`
}

func (in *VerificationPath) id() id.Verification { return id.VerificationOf(in.Verification) }

func (d *Door) listVerifications(ctx context.Context, c *Call, in *Paged) (*Page[wire.Verification], error) {
	after, err := d.place(c)
	if err != nil {
		return nil, err
	}
	all, err := d.Checks.List(ctx)
	if err != nil {
		return nil, err
	}
	if after != "" { // there are so few that their order needs no place of its own
		at := slices.IndexFunc(all, func(v audit.Verification) bool { return string(v.ID) == after })
		if at < 0 { // the oldest go first: so did all behind it
			at = len(all) - 1
		}
		all = all[at+1:]
	}
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = string(all[in.Limit-1].ID)
	}
	return pageOf(d, c, all, next, wire.OfVerification)
}

func (d *Door) beginVerification(ctx context.Context, c *Call, _ *struct{}) (*Made[wire.Verification], error) {
	v, err := d.Checks.Begin(ctx, c.By)
	if err != nil {
		return nil, err
	}
	return &Made[wire.Verification]{Location: below("/audit-verifications", string(v.ID)), Body: wire.OfVerification(v)}, nil
}

type partOfVerificationIn struct {
	VerificationPath
	Partial
}

func (d *Door) getVerification(ctx context.Context, _ *Call, in *partOfVerificationIn) (*One[wire.Verification], error) {
	v, err := d.Checks.Get(ctx, in.id())
	return verificationOf(v, err)
}

func (d *Door) stopVerification(ctx context.Context, c *Call, in *VerificationPath) (*One[wire.Verification], error) {
	v, err := d.Checks.Stop(ctx, c.By, in.id())
	return verificationOf(v, err)
}

func verificationOf(v audit.Verification, err error) (*One[wire.Verification], error) {
	if err != nil {
		return nil, err
	}
	return &One[wire.Verification]{Body: wire.OfVerification(v)}, nil
}
