package words

// Account is the frame of the account area and its first page.
type Account struct {
	Title   Title
	Skip    string // the link over the navigation
	SignOut string
	Nav     Nav
	Done    Done

	Lead               string
	Advice, Why, Setup string // a second step is missing
	Few                string // recovery codes are few
	FewLeft            Plural
	MakeNew            string
	Factor, On, Off    string // facts
	SignedIn           string
	Browsers           Plural
	Apps               string
	AppsLeft           Plural
}

// Nav is the navigation.
type Nav struct{ Label, Overview, Security, Password, Sessions, Apps string }

// Done is what was just done.
type Done struct{ Password, Session, Others, App, Enrol, Remove, Recovery string }

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
	Times              Phrase // Since and Seen
	SignOut, EndOthers string
	SignOutWhat        Phrase // the button for screen readers: Browser
}

// Apps lists the applications that may use the account.
type Apps struct {
	Title            Title
	Lead             string
	Section          string // for screen readers
	Empty            string
	Since            Phrase // Since
	Remove, RemoveIt string
	RemoveWhat       Phrase // the button for screen readers: App
}

// Security shows the second step and the recovery codes.
type Security struct {
	Title                Title
	Lead                 string
	Factor, On, Off      string
	Since                Phrase // Since
	LastUsed             Phrase // Since
	Remove, Why, Setup   string
	Codes                string
	Left                 Plural
	MakeNew              string
	Password, SetAnother string
}

// NoFactor asks whether to remove the second step.
type NoFactor struct {
	Title          Title
	Heading, Lead  string
	Cancel, Submit string
}

// Recodes asks whether to make new recovery codes.
type Recodes struct {
	Title          Title
	Heading        string
	Lead           Plural // N old ones stop working
	Cancel, Submit string
}
