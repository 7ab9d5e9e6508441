package words

// SignIn asks for name and password; some of it stands on every step.
type SignIn struct {
	Title         Title
	Again         string // the heading when one certain person is asked
	Towards       Phrase // what the sign-in is for: App
	ToHost        Phrase // the same for what is behind the gate: Host
	StillYou, Own string // the same for pages of our own
	Email         string // labels
	Password      string
	Submit        string
	NotYou, Other string // the way to another account
	Forgot        string // a link
}

// Help is for who cannot sign in.
type Help struct {
	Title   Title
	Heading string
	Ask     string // where the operator says nothing
	Go      string // the button to where the operator helps
	Back    string // a link
}

// Select asks which account to go on with.
type Select struct {
	Title    Title
	Taken    Phrase // an alert: somebody else signed in meanwhile, Email
	Continue Phrase // Email
	Other    string
}

// Factor asks for a code of the authenticator app.
type Factor struct {
	Title        Title
	Lead         string
	Code         string // the input's label, in Enrol too
	Submit       string
	UseARecovery string // a link
}

// Recovery asks for a recovery code.
type Recovery struct {
	Title      Title
	Lead       string
	Code, Hint string
	Submit     string
	UseTheApp  string // a link
}

// Enrol sets up an authenticator app.
type Enrol struct {
	Title               Title
	Lead                string
	Scan                string // the first step
	Open                string // the link into an app on this device
	CannotScan, KeyKind string
	Copy                string
	Type                string // the second step
	Submit              string
	Picture, About      string // the QR code for who cannot see it
}

// FewCodes says that few recovery codes are left.
type FewCodes struct {
	Title    Title
	Left     Plural
	Lead     Phrase // Link leads to the page Security
	Where    string // the link's text
	Continue string
}

// Consent asks whether an application may have what it asks for.
type Consent struct {
	Title         Title  // App
	Heading       Phrase // App
	Refuse, Allow string
	// SignIn is title and heading where the application only asks who one is: App.
	SignIn           Title
	Cancel, Continue string // the answers to that
	Other            string // another account
	Told             Phrase // what the application hears that is nobody's to give: App
	GoingOn          Phrase // Host
	TakeBack         string
}

// Barred says what somebody lacks whom an application does not take in.
type Barred struct {
	Title       Title  // App
	Heading     Phrase // App
	Lead        Phrase // App; what is missing follows
	Role, Group Phrase // Name
	Ask         string
	Other       string
	Back        Phrase // a button: App
}

// Locked is shown to who proved their password and is suspended. The title is the heading
// too.
type Locked struct {
	Title     Title
	Lead, Ask string
}

// Finished is shown to who comes back to a sign-in that has led to its application.
type Finished struct {
	Title    Title
	Lead     Phrase // App
	Continue Phrase // a button: App
}

// SignOut asks whether to sign out.
type SignOut struct {
	Title        Title
	Heading      string
	Asked        Phrase // an application asks: App
	Lead         string // nobody else does
	Stay, Submit string
}

// SignedOut says that it is done.
type SignedOut struct {
	Title         Title
	Heading, Lead string
	Stays         Phrase // an application asked for a way back that it has not: App
	Nowhere       string // somebody asked for one, and nobody knows who
	Again         string
}
