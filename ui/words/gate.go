package words

// Gate is what people read at a host behind the gate who are not let through.
type Gate struct {
	Forbidden Title  // a permission is missing
	Needs     Phrase // Name, of the permission
	SignIn    Title  // nobody is signed in there
	Lead      string
	Prove     Title // the person must prove more, or anew
	ProveLead string
	Resend    string // what was sent is gone

	Denied, Elsewhere, Outside, Suspended string // why
	Ended, NotYet                         Phrase // Since
	Ask                                   string

	Continue, Other, Back string // buttons

	SignOut     Title
	SignOutLead string
	SignedOut   Title
	Again       string
}
