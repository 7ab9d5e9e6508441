package words

// Gate is what people read at a host behind the gate who are not let through.
type Gate struct {
	Forbidden Title  // a permission is missing
	Needs     Phrase // Name, of the permission
	NeedsHere Phrase // the same, where it is there for other things: Name
	SignIn    Title  // nobody is signed in there
	Lead      string
	Prove     Title // the person must prove more, or anew
	ProveLead string
	Resend    string // what was sent is gone

	Denied, Elsewhere, Outside, Suspended string // why
	Ended, NotYet                         Phrase // Since
	Ask                                   string

	Continue, Other, Back string // buttons
	First, Account, Retry string // the first page of the application, the account, and the same page once more

	SignOut     Title
	SignOutLead string
	SignedOut   Title
	Again       string
}
