package words

// Account is the frame of the account area and its first page.
type Account struct {
	Title   Title
	Skip    string // the link over the navigation
	SignOut string
	Cancel  string // the way back from every form
	Nav     Nav
	Done    Done

	Lead                string // the list of facts, for screen readers
	Advice, Why, Setup  string // a second step is missing
	Few                 string // recovery codes are few
	FewLeft             Plural
	MakeNew             string
	Factor, On, Off     string // facts
	SignedIn            string
	Browsers            Plural
	Apps                string
	AppsLeft            Plural
	Console, ConsoleWhy string // for administrators
}

// Nav is the navigation.
type Nav struct{ Label, Overview, Security, Password, Sessions, Apps string }

// Done is what was just done.
type Done struct {
	Password, Session, Others, App, Enrol, Remove, Recovery string

	Nothing string // an alert: a sign-in came between a form and what it asks for
}

// Password changes the password.
type Password struct {
	Title                Title
	Lead                 string
	Section              string // for screen readers
	Current, New, Submit string
}

// Sessions lists where the person is signed in.
type Sessions struct {
	Title              Title
	Lead               string
	Section            string // for screen readers
	Device             Phrase // Browser and System
	SomeBrowser        Phrase // System
	Unknown            string
	This               string // the browser that asks
	OneStep, TwoSteps  string
	LastSeen           Phrase // Seen
	SignOut, EndOthers string
}

// Session shows one of them, and asks whether to end it.
type Session struct {
	Title                        Title // Browser
	Address, Method, Since, Seen string
	Lead, Submit                 string
}

// Others asks whether to end all sessions but the one that asks.
type Others struct {
	Title   Title
	Heading string
	Lead    Plural // N others
	Submit  string
}

// Apps lists the applications that may use the account.
type Apps struct {
	Title   Title
	Lead    string
	Section string // for screen readers
	Empty   string
	Since   Phrase // Since
}

// AppAccess shows one of them, and asks whether to take its access back.
type AppAccess struct {
	Title        Title  // App
	Section      string // for screen readers
	May          string // over what it may do
	Open         Phrase // the link to it: App
	Lead, Submit string
}

// Security shows the second step and the recovery codes.
type Security struct {
	Title                Title
	Lead                 string
	Factor               string
	Since                Phrase // Since
	LastUsed             Phrase // Since
	Remove, Why, Setup   string
	Codes, Use           string
	Left                 Plural
	MakeNew              string
	Password, SetAnother string
}

// NoFactor asks whether to remove the second step.
type NoFactor struct {
	Title         Title
	Heading, Lead string
	Submit        string
}

// Recodes asks whether to make new recovery codes.
type Recodes struct {
	Title    Title
	Heading  string
	Lead     Plural // N old ones stop working
	Shown    string // the heading when the page with new ones is loaded again
	ShownWhy string
	Submit   string
}
