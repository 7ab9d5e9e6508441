package words

import "golang.org/x/text/language"

// Catalogue is all words of one language. Its sections are the pages, and what
// several of them share; a field's comment says what the reader sees there.
type Catalogue struct {
	Language language.Tag
	Name     string // of the language, in itself

	Form   Form
	Time   Time
	Scopes Scopes
	Codes  Codes

	SignIn   SignIn
	Help     Help
	Select   Select
	Factor   Factor
	Recovery Recovery
	Enrol    Enrol
	FewCodes FewCodes
	Barred   Barred
	Locked   Locked
	Consent  Consent
	Finished Finished

	Account   Account
	Password  Password
	Sessions  Sessions
	Session   Session
	Others    Others
	Apps      Apps
	App       AppAccess
	Security  Security
	NoFactor  NoFactor
	Recodes   Recodes
	SignOut   SignOut
	SignedOut SignedOut

	Part     Part
	Gate     Gate
	Home     Home
	Setup    Setup
	Welcome  Welcome
	Next     Next
	FormPost FormPost
	Error    Error

	Console                             Console
	ConsoleOverview                     ConsoleOverview
	Dangers                             Dangers
	ConsoleUsers                        ConsoleUsers
	ConsoleImports                      ConsoleImports
	ConsoleSearch                       ConsoleSearch
	ConsoleAccess                       ConsoleAccess
	ConsoleSessions                     ConsoleSessions
	ConsoleGrants                       ConsoleGrants
	ConsoleAudit                        ConsoleAudit
	ConsoleLocks                        ConsoleLocks
	ConsoleApplications                 ConsoleApplications
	ConsoleAPIs                         ConsoleAPIs
	ConsoleRoles                        ConsoleRoles
	ConsoleGroups, ConsoleOrganisations ConsoleContainer
	ConsoleMembers                      ConsoleMembers
	ConsoleServices                     ConsoleServices
	ConsoleRoutes                       ConsoleRoutes
	ConsoleUpstreams, ConsoleEdges      GateKind
	ConsoleGateParts                    ConsoleGateParts
	ConsoleFiles                        ConsoleFiles
	ConsoleKeys                         ConsoleKeys
	ConsoleSettings                     ConsoleSettings
	ConsoleHealth                       ConsoleHealth
	ConsoleFilters                      ConsoleFilters

	// Faults are the refusals that have words of their own, by code;
	// docs/problems.md explains each code.
	Faults map[string]Fault
	// Statuses are the words for all others, by HTTP status; 400 and 500 speak
	// for those of their hundred that have none.
	Statuses map[int]Fault
	// Sentences are what the house says where Faults has nothing, by its English.
	Sentences map[Phrase]Phrase
}

// Tag returns the language's name, as lang and Content-Language have it.
func (c *Catalogue) Tag() string { return c.Language.String() }

// Fault is what a page says about a refusal. What is empty is said by its
// status, and the detail by the fault itself.
type Fault struct {
	Title  string // stable: people search for it
	Detail string // what happened
	Todo   string // what to do
	// Return is Todo where the application that one came from has a name: App.
	Return Phrase
}

// Said returns what there is to say about code: its own words, and those of
// status where it has none. What to do belongs to what happened: the advice of a
// status may contradict a sentence that it does not know.
func (c *Catalogue) Said(code string, status int) Fault {
	said := c.Faults[code]
	usual, ok := c.Statuses[status]
	if !ok {
		usual = c.Statuses[status/100*100]
	}
	if said.Title == "" {
		said.Title = usual.Title
	}
	if said.Todo == "" && said.Detail == "" {
		said.Todo = usual.Todo
	}
	return said
}

// Detail returns the sentence about code; where the catalogue has none, what the house
// spoke, as Say says it.
func (c *Catalogue) Detail(code, spoken string) string {
	if said := c.Faults[code].Detail; said != "" {
		return said
	}
	return c.Say(spoken)
}

// Form is what forms say, whatever they are for.
type Form struct {
	Error    Phrase // a page's title when its form comes back: Page
	Language string // the choice of one, for screen readers
	Check    string // an alert that has nothing better to say
	TooMany  Phrase // an alert: Wait
	Busy     Phrase // an alert: Wait
	Problem  Phrase // at an input: Label and Problem
	Line     Phrase // at an input of lines: Label, N and Problem
	Optional string // beside a label
	Show     string // the button that shows a password
	ShowWhat Phrase // the same for screen readers: Label
	Hide     string // the same button while it is shown
	HideWhat Phrase // Label
	Caps     string // a hint beside the label of a password
	CopyWhat Phrase // a button that copies a line, for screen readers: Command
	Length   Plural // a hint at a new password: N characters
	Advice   string // the same where no length is known
	TryAgain Phrase // in place of a todo: Wait
}

// Codes is how new recovery codes are shown.
type Codes struct {
	Title             Title
	Lead              string
	Copy, Print, Next string // buttons
	Copied, NotCopied string // what a copying button says for a moment
}

// Scopes are what applications ask for, as a person understands it.
type Scopes struct {
	WhoYouAre, InYourName, WhileAway                   string // headings
	OpenID, Profile, Email, Address, Phone, KeepsGoing string
	Own                                                Phrase // an application's own: Scope
}

// Error is the page about what went wrong.
type Error struct {
	Details, Copy         string // what unfolds for an administrator, and the button that copies it
	Received              string
	Mend                  string // above a command
	Back                  Phrase // to the application: App
	BackUnnamed           string
	Again                 string // a button: the same sign-in anew
	AgainTodo             string // in place of a todo where that is the way on
	Account, Home         string // buttons
	Code, Request, Moment string // what an administrator asks for

	Elsewhere        string // a title: the browser came by another address than ours
	ElsewhereWhy     Phrase // Host and Issuer
	ElsewhereUnnamed Phrase // the same for a host that is not repeated: Issuer
	ElsewhereTodo    string
	NoCookie         string // a title: the browser is not known
	NoCookieWhy      string // amid a sign-in
	NoCookieForm     string // at a form
	NoCookieTodo     Phrase // Issuer
}

// FormPost is the page that takes a browser back to its application.
type FormPost struct {
	Title    Title
	GoingOn  Phrase // Host
	ByHand   string // where scripts are off
	Continue string
}

// Home is the page at the root.
type Home struct {
	Heading         string
	Lead            Phrase // Brand
	NeedsSetup      Phrase // Command
	Account, SignIn string // buttons
	Connecting      Phrase // Issuer, and Link to the discovery document
	Discovery       string // the link's text
}

// Setup is the page of the first run.
type Setup struct {
	Title                  Title
	Lead                   string
	Token, TokenHint       string
	Email, EmailHint, Name string
	Password, Submit       string
}

// Next is where the first administrator goes on.
type Next struct {
	Title              Title
	Heading, Lead      string
	Connect, Invite    string // headings
	ConnectHow         Phrase // Issuer
	InviteHow, Account string
	Open               string // a link to the form of the console that connects an application
	Console            string // a link to it
	ByCommand          string // over the same as commands
}
