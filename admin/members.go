package admin

import (
	"context"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/wire"
)

// MemberPath names a member.
type MemberPath struct {
	Kind   string `path:"kind" enum:"user,service,client,group" doc:"What the member is"`
	Member string `path:"member" maxLength:"128" doc:"The id of the member"`
}

func (in *MemberPath) member() access.Subject {
	return access.Subject{Kind: access.Kind(in.Kind), ID: in.Member}
}

// MembersPaged are the parameters of a list of members.
type MembersPaged struct {
	Paged
	Kind string `query:"kind" enum:"user,service,client,group" doc:"Only members of this kind"`
}

func (d *Door) membersOf(ctx context.Context, of access.Subject, kind access.Kind, after access.Subject, limit int) ([]access.MembershipRecord, access.Subject, error) {
	if kind == "" {
		return d.Access.Members(ctx, of, after, limit)
	}
	return d.Access.MembersOfKind(ctx, of, kind, after, limit)
}

// MembershipPut is from when until when somebody is a member.
type MembershipPut struct {
	NotBefore time.Time `json:"not_before,omitzero" doc:"From when on; absent: now"`
	ExpiresAt time.Time `json:"expires_at,omitzero" doc:"Until when; absent: until they are taken out"`
	Reason    string    `json:"reason,omitempty" maxLength:"500"`
}

// listMembers is a page of those of a group or an organisation. Who may see people sees their
// addresses.
func (d *Door) listMembers(ctx context.Context, c *Call, of access.Subject, in *MembersPaged) (*Page[wire.Member], error) {
	place, err := d.place(c)
	if err != nil {
		return nil, err
	}
	found, next, err := d.membersOf(ctx, of, access.Kind(in.Kind), subjectAt(place), in.Limit)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(d, c, found, placeOfSubject(next), wire.OfMember)
	if err != nil {
		return nil, err
	}
	people := make([]*wire.Subject, len(page.Body.Items))
	for i := range people {
		people[i] = &page.Body.Items[i].Member
	}
	return page, d.address(ctx, c, people)
}

// putMember puts a member into a group or an organisation, who is in the revision that
// the caller saw, or not in it where they want that.
func (d *Door) putMember(ctx context.Context, c *Call, of access.Subject, who *MemberPath, body *MembershipPut) (*One[wire.Member], error) {
	if body == nil {
		body = &MembershipPut{}
	}
	wanted := access.MembershipRecord{
		Membership: access.Membership{Of: of, Member: who.member(), Window: access.Window{NotBefore: body.NotBefore, ExpiresAt: body.ExpiresAt}},
		Reason:     body.Reason,
	}
	var out *One[wire.Member]
	err := d.onMember(ctx, c, of, wanted.Member, func(ctx context.Context) error {
		m, err := d.Access.AddMember(ctx, c.By, wanted)
		out = &One[wire.Member]{ETag: etag(m.Rev), Body: wire.OfMember(m)}
		return inPath(err, map[string]string{"member": "member", "of": c.route.Param})
	})
	return out, err
}

// inPath tells what is wrong with what the path names by the parts of that.
func inPath(err error, parts map[string]string) error {
	return fault.Renamed(err, func(f fault.Field) fault.Field {
		if part := parts[f.Name]; part != "" {
			f.Name = aParameter + part
		}
		return f
	})
}

func (d *Door) removeMember(ctx context.Context, c *Call, of access.Subject, who *MemberPath) (*Nothing, error) {
	return &Nothing{}, d.onMember(ctx, c, of, who.member(), func(ctx context.Context) error {
		return d.Access.RemoveMember(ctx, c.By, of, who.member())
	})
}

// onMember runs f where a membership is as the caller saw it, if they said how.
func (d *Door) onMember(ctx context.Context, c *Call, of, member access.Subject, f func(ctx context.Context) error) error {
	return d.ifSeen(ctx, c, "They are in it already, and stay so as they were.", func(ctx context.Context) (int64, error) {
		m, err := d.Access.Membership(ctx, of, member)
		if err == nil && c.fresh && m.Window.Over(clock.Now()) {
			err = fault.Missing("member") // who was in it once is not
		}
		return m.Rev, err
	}, f)
}

// subjectAt and placeOfSubject read and write a place in a list of members.
func subjectAt(place string) access.Subject {
	kind, name, _ := strings.Cut(place, ":")
	return access.Subject{Kind: access.Kind(kind), ID: name}
}

func placeOfSubject(s access.Subject) string {
	if s == (access.Subject{}) {
		return ""
	}
	return string(s.Kind) + ":" + s.ID
}
