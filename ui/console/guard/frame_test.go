package guard

import (
	"slices"
	"testing"

	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
)

// A page that does not stand below its section by its address belongs to the one that its crumbs
// begin with: the navigation marks one section, and not two.
func TestTheNavigationMarksTheSectionOfAPage(t *testing.T) {
	t.Parallel()
	section := func(path string) Section {
		return Section{Path: path, Label: func(*words.Catalogue) string { return path }}
	}
	nav := Group{Sections: []Section{section(Root), section("/console/audit"), section("/console/users")}}
	say := words.Shipped().Named("en")
	for _, c := range []struct{ path, crumb, want string }{
		{Root, "", Root},
		{"/console/audit", "", "/console/audit"},
		{"/console/audit/evt_1", "/console/audit", "/console/audit"},
		{"/console/verifications/ver_1", "/console/audit", "/console/audit"},
		{"/console/users/usr_1/sessions/ses_1", "/console/audit", "/console/users"},
		{"/console/search", "", ""},
	} {
		f := Frame{path: c.path}.WithNav(nav)
		var crumbs []part.Link
		if c.crumb != "" {
			crumbs = []part.Link{{Label: "above", Href: c.crumb}}
		}
		var got []string
		for _, item := range f.Part(say, part.Heading{}, "", crumbs...).Nav[0].Items {
			if item.Current {
				got = append(got, item.Href)
			}
		}
		want := []string{c.want}
		if c.want == "" {
			want = nil
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s below %q marks %q, want %q", c.path, c.crumb, got, want)
		}
	}
}
