package words

// ConsoleUsers are the pages about people.
type ConsoleUsers struct {
	Title  Title
	Lead   string
	Create string // a link and a button

	Find, State, Active, Disabled  string // filters and states
	Seen, Never                    string // the filter by when they signed in last, and one of its values
	SeenNot                        Plural // another one: not for N days
	Who                            string // a head: name and address
	Email, Name, LastSeen, Created string // heads and facts
	Unnamed, Zone                  string // a person without a name; their time zone
	None, NoneTodo                 string // an empty list
	Back                           string // a link to the whole list
	Known, Danger                  string // heads: what is known of a person, and what is seldom done
	Mistyped                       string // what was wrong with an address that was to be typed

	Overview, Sessions, Credentials, Activity string // tabs
	Verified, Unverified                      string
	Administers                               string // a badge
	Factor, FactorOn, FactorOff, CodesLeft    string
	Password, PasswordOn, PasswordOff         string
	Imported                                  string // the filter by which import they came
	Edit                                      string
	NoSessions, NoSessionsTodo                string // an empty list
	NoActivity, NoActivityTodo                string
	When, What, By, Outcome                   string // of events
	Proofs, Tokens, TokensLead, NoTokens      string // heads of the credentials, and of a list of tokens
	Allows, LastUsed, Ends, Since             string
	NewToken                                  Title // Email
	MakeToken, NewTokenWhy, TokenNameHint     string
	TokenAllowsHint, TokenLast                string
	TokenMade                                 Title
	RevokeToken                               Title // Name
	RevokeTokenDo, RevokeTokenWhy             string
	TokenRevoked                              string
	Applications, Application, RefreshTokens  string
	MoreTokens, NoApps, NoAppsTodo            string
	RefreshTokensLead, MeantFor               string
	EndToken                                  Title // App
	EndTokenDo, EndTokenWhy, TokenEnded       string
	Withdraw                                  Title // App
	WithdrawDo, WithdrawWhy, Withdrawn        string
	WithdrawEnds                              Plural
	Refused, Done                             string
	Groups, InWhich, Kind, ByWay, SinceThen   string // a tab, and heads of what somebody is in
	Itself, ByOthers                          string // ways
	NoGroups, NoGroupsTodo                    string // an empty list

	New         Title
	EditTitle   Title  // Email
	EmailIs     string // a box: the address is known to be theirs
	Save        string
	SetPassword Title  // Email
	NewPassword string // a label, and the link
	PasswordWhy string
	LinkFor     Title  // Email
	LinkWhy     string // what comes of a link for a first password
	MakeLink    string // a link and a button
	MakeLinks   string // the same for several
	LinkMade    Title
	LinkHand    string // over the link: what to do with it
	Links       string // over several
	NotBulked   string // over those to whom something was not done
	ToGroup     string // a button
	Group       string // a field
	GroupHint   string

	BulkDisable, BulkEnable, BulkSignOut, BulkGroup, BulkLink UserBulk

	Disable, Enable, EndSessions, EndTokens, RevokeLink, ResetFactors, Delete UserAct

	Made, Changed, PasswordSet string // what was just done
}

// UserBulk is something that is done with several people.
type UserBulk struct {
	Title Title
	Ask   string
	Why   Plural // N people
	Did   Plural // to N of them
}

// UserAct is something that is done with a person, and asked about before.
type UserAct struct {
	Link  string
	Title Title  // Email
	Why   string // what comes of it
	Did   string // what was just done
}

var englishConsoleUsers = ConsoleUsers{
	Title:  "People",
	Lead:   "Everybody who has an account here.",
	Create: "Create a person",

	Find: "Find by address or name", State: "State", Active: "Active", Disabled: "Disabled",
	Seen: "Last sign-in", Never: "Never", SeenNot: Plural{One: "Not for {n} day", Other: "Not for {n} days"},
	Who:   "Who",
	Email: "Email", Name: "Name", LastSeen: "Last sign-in", Created: "Created",
	Unnamed: "No name", Zone: "Time zone",
	None: "Nobody is found", NoneTodo: "A search finds by how any part of the address or the name begins. Take a filter away, or create the person.",
	Back:  "All people",
	Known: "Details", Danger: "Rarely needed",
	Mistyped: "This is not their address.",

	Overview: "Overview", Sessions: "Sessions", Credentials: "Credentials", Activity: "Activity",
	Verified: "Verified", Unverified: "Not verified",
	Administers: "Administers",
	Factor:      "Second step", FactorOn: "On", FactorOff: "Off", CodesLeft: "Recovery codes left",
	Password: "Password", PasswordOn: "Set", PasswordOff: "No password", Imported: "Imported by",
	Edit:       "Change",
	NoSessions: "They are signed in nowhere", NoSessionsTodo: "Each browser that they sign in with is listed here until it is signed out.",
	NoActivity: "Nothing is recorded about them", NoActivityTodo: "What they do and what is done to them is listed here, the latest first.",
	When: "When", What: "What", By: "By", Outcome: "Outcome",
	Refused: "Refused", Done: "Done",
	Proofs: "At the sign-in", Tokens: "Personal access tokens", TokensLead: "What their own programs use.", NoTokens: "They have none.",
	Allows: "Allows", LastUsed: "Last used", Ends: "Ends", Since: "Since",
	NewToken: "New token for {email}", MakeToken: "Make a token", NewTokenWhy: "A program of theirs uses it in their name, only for what is listed here, and only as far as they may. It is shown once.",
	TokenNameHint: "Where it is used", TokenAllowsHint: "One permission a line, such as gatehouse/users:read", TokenLast: "A number and a unit, up to 366d", TokenMade: "The new token",
	RevokeToken: "End the token {name}?", RevokeTokenDo: "End the token", RevokeTokenWhy: "Whatever uses it is refused at once. It allowed:", TokenRevoked: "The token is ended.",
	Applications: "Applications", Application: "Application", RefreshTokens: "Refresh tokens",
	MoreTokens: "Applications hold more tokens of them than are listed here.", NoApps: "No application holds anything of theirs", NoAppsTodo: "What they allow an application is listed here, with the tokens that it holds.",
	RefreshTokensLead: "Each came of one sign-in at the application. Ending one leaves the others.", MeantFor: "For",
	EndToken: "End this token of {app}?", EndTokenDo: "End the token", EndTokenWhy: "The application loses this refresh token, and every access token that came of the same authorization. Other tokens, and what was allowed, stay.", TokenEnded: "The token is ended.",
	Withdraw: "Take back what {app} was allowed?", WithdrawDo: "Take back", WithdrawWhy: "The application asks them anew at the next sign-in.", Withdrawn: "It is taken back.",
	WithdrawEnds: Plural{None: "It holds no refresh token.", One: "{n} refresh token of it ends, with all that came of it.", Other: "{n} refresh tokens of it end, with all that came of them."},

	Groups: "Groups", InWhich: "In", Kind: "Kind", ByWay: "How", SinceThen: "Since", Itself: "directly", ByOthers: "by way of another group",
	NoGroups: "They are in no group", NoGroupsTodo: "Groups and organisations are listed here, those too that they are in by way of another one.",

	New:         "New person",
	EditTitle:   "Change {email}",
	EmailIs:     "The address is known to be theirs",
	Save:        "Save",
	SetPassword: "New password for {email}",
	NewPassword: "Set a password",
	PasswordWhy: "They are signed out everywhere, and sign in with it from now on. Hand it over in a safe way.",
	LinkFor:     "Let {email} choose a password?", LinkWhy: "You get a link to hand over. Whoever opens it within three days chooses the password of this person, once, and signs in with it. A link that was made before is good no more.",
	MakeLink: "Make a link for a password", MakeLinks: "Make links for a password", LinkMade: "The link for a first password", LinkHand: "Hand it over in a safe way: whoever has it can set the password. It is good once, within three days.",
	Links:   "Links for a first password",
	ToGroup: "Add to a group", Group: "Group", GroupHint: "Its id, such as desk",
	BulkDisable: UserBulk{
		Title: "Disable several people", Ask: "Disable them?",
		Why: Plural{One: "{n} person is kept out at once, and what they are signed in to ends.", Other: "{n} people are kept out at once, and what they are signed in to ends."},
		Did: Plural{None: "Nobody was disabled.", One: "{n} person was disabled.", Other: "{n} people were disabled."},
	},
	BulkEnable: UserBulk{
		Title: "Enable several people", Ask: "Enable them?",
		Why: Plural{One: "{n} person may sign in again. Sessions and tokens that ended stay ended.", Other: "{n} people may sign in again. Sessions and tokens that ended stay ended."},
		Did: Plural{None: "Nobody was enabled.", One: "{n} person was enabled.", Other: "{n} people were enabled."},
	},
	BulkSignOut: UserBulk{
		Title: "Sign several people out", Ask: "Sign them out everywhere?",
		Why: Plural{One: "All browsers of {n} person are signed out, and the tokens that came of them end. They can sign in again.", Other: "All browsers of {n} people are signed out, and the tokens that came of them end. They can sign in again."},
		Did: Plural{None: "Nobody was signed out.", One: "{n} person is signed out everywhere.", Other: "{n} people are signed out everywhere."},
	},
	BulkLink: UserBulk{
		Title: "Let several people choose a password", Ask: "Make a link for each of them?",
		Why: Plural{One: "{n} person gets a link of their own. It is shown once, is good within three days, and whoever has it can set the password.", Other: "{n} people get a link each. These are shown once, are good within three days, and whoever has one can set that password."},
		Did: Plural{None: "No link was made.", One: "{n} link was made.", Other: "{n} links were made."},
	},
	BulkGroup: UserBulk{
		Title: "Add several people to a group", Ask: "Add them to which group?",
		Why: Plural{One: "{n} person gets what the group gives, without end.", Other: "{n} people get what the group gives, without end."},
		Did: Plural{None: "Nobody was added.", One: "{n} person is in the group.", Other: "{n} people are in the group."},
	},
	NotBulked: "These were not:",

	Disable: UserAct{
		Link: "Disable", Title: "Disable {email}?", Why: "They are kept out at once: their sessions and the tokens of their applications end. You can enable them again; what ended stays ended.",
		Did: "They are disabled.",
	},
	Enable: UserAct{Link: "Enable", Title: "Enable {email}?", Why: "They may sign in again. Sessions and tokens that ended stay ended.", Did: "They are enabled."},
	EndSessions: UserAct{
		Link: "Sign out everywhere", Title: "Sign out {email} everywhere?", Why: "All their browsers are signed out, and the tokens that came of them end. They can sign in again.",
		Did: "They are signed out everywhere.",
	},
	EndTokens: UserAct{
		Link: "End all tokens", Title: "End all tokens of {email}?", Why: "Applications lose their refresh tokens, and access tokens that came of them. What was allowed stays allowed.", Did: "All tokens are ended.",
	},
	RevokeLink: UserAct{
		Link: "Withdraw the link", Title: "Withdraw the link of {email}?", Why: "The link for a first password is good no more. You can make another one.", Did: "The link is withdrawn.",
	},
	ResetFactors: UserAct{
		Link: "Reset second step", Title: "Reset the second step of {email}?", Why: "Their authenticator and recovery codes are removed. Until they set up a new one, the password alone signs them in, unless policy asks for more.",
		Did: "The second step is reset.",
	},
	Delete: UserAct{
		Link: "Delete", Title: "Delete {email}?", Why: "The person goes for good, with their sessions, tokens, grants and memberships. This cannot be undone.",
		Did: "The person is deleted.",
	},

	Made: "The person is created. They need a password to sign in: hand them a link by which they choose it.", Changed: "It is changed.", PasswordSet: "The password is set.",
}

var germanConsoleUsers = ConsoleUsers{
	Title:  "Personen",
	Lead:   "Alle, die hier ein Konto haben.",
	Create: "Person anlegen",

	Find: "Adresse oder Name suchen", State: "Zustand", Active: "Aktiv", Disabled: "Deaktiviert",
	Seen: "Letzte Anmeldung", Never: "Nie", SeenNot: Plural{One: "Seit {n}\u00a0Tag nicht", Other: "Seit {n}\u00a0Tagen nicht"},
	Who:   "Wer",
	Email: "E-Mail-Adresse", Name: "Name", LastSeen: "Letzte Anmeldung", Created: "Angelegt",
	Unnamed: "Ohne Namen", Zone: "Zeitzone",
	None: "Niemand gefunden", NoneTodo: "Gesucht wird nach dem Anfang jedes Teils von Adresse und Name. Entfernen Sie einen Filter, oder legen Sie die Person an.",
	Back:  "Alle Personen",
	Known: "Details", Danger: "Selten nötig",
	Mistyped: "Das ist nicht die Adresse dieser Person.",

	Overview: "Übersicht", Sessions: "Sitzungen", Credentials: "Anmeldedaten", Activity: "Verlauf",
	Verified: "Bestätigt", Unverified: "Nicht bestätigt",
	Administers: "Verwaltet",
	Factor:      "Zweiter Faktor", FactorOn: "Ein", FactorOff: "Aus", CodesLeft: "Übrige Wieder\u00adherstellungs\u00adcodes",
	Password: "Passwort", PasswordOn: "Gesetzt", PasswordOff: "Kein Passwort", Imported: "Importiert mit",
	Edit:       "Ändern",
	NoSessions: "Nirgends angemeldet", NoSessionsTodo: "Hier steht jeder Browser der Person, bis er abgemeldet wird.",
	NoActivity: "Nichts aufgezeichnet", NoActivityTodo: "Hier steht, was die Person tut und was mit ihr geschieht, das Neueste zuerst.",
	When: "Wann", What: "Was", By: "Von", Outcome: "Ergebnis",
	Refused: "Abgewiesen", Done: "Erfolgreich",
	Proofs: "Bei der Anmeldung", Tokens: "Persönliche Access-Tokens", TokensLead: "Was eigene Programme benutzen.", NoTokens: "Es gibt keine.",
	Allows: "Erlaubt", LastUsed: "Zuletzt benutzt", Ends: "Endet", Since: "Seit",
	NewToken: "Neues Token für {email}", MakeToken: "Token anlegen", NewTokenWhy: "Ein Programm der Person benutzt es in ihrem Namen, nur für das, was hier steht, und nur soweit sie es darf. Es wird einmal gezeigt.",
	TokenNameHint: "Wo es benutzt wird", TokenAllowsHint: "Eine Berechtigung je Zeile, etwa gatehouse/users:read", TokenLast: "Eine Zahl und eine Einheit, bis zu 366d", TokenMade: "Das neue Token",
	RevokeToken: "Das Token {name} beenden?", RevokeTokenDo: "Token beenden", RevokeTokenWhy: "Was es benutzt, wird sofort abgewiesen. Es erlaubte:", TokenRevoked: "Das Token ist beendet.",
	Applications: "Anwendungen", Application: "Anwendung", RefreshTokens: "Refresh-Tokens",
	MoreTokens: "Anwendungen haben mehr Tokens von dieser Person, als hier stehen.", NoApps: "Keine Anwendung hat etwas von dieser Person", NoAppsTodo: "Was sie einer Anwendung erlaubt, steht hier, mit den Tokens, die diese hat.",
	RefreshTokensLead: "Jedes entstand aus einer Anmeldung an der Anwendung. Endet eines, bleiben die anderen.", MeantFor: "Für",
	EndToken: "Dieses Token von {app} beenden?", EndTokenDo: "Token beenden", EndTokenWhy: "Die Anwendung verliert dieses Refresh-Token und jedes Access-Token aus derselben Autorisierung. Andere Tokens und was erlaubt wurde, bleiben.", TokenEnded: "Das Token ist beendet.",
	Withdraw: "{app} die Zustimmung entziehen?", WithdrawDo: "Entziehen", WithdrawWhy: "Die Anwendung fragt bei der nächsten Anmeldung neu.", Withdrawn: "Die Zustimmung ist entzogen.",
	WithdrawEnds: Plural{None: "Sie hat kein Refresh-Token.", One: "{n}\u00a0Refresh-Token davon endet, mit allem, was daraus entstand.", Other: "{n}\u00a0Refresh-Tokens davon enden, mit allem, was daraus entstand."},

	Groups: "Gruppen", InWhich: "Gehört zu", Kind: "Art", ByWay: "Weg", SinceThen: "Seit", Itself: "direkt", ByOthers: "über eine andere Gruppe",
	NoGroups: "Keine Gruppe", NoGroupsTodo: "Hier stehen Gruppen und Organisationen, auch solche, zu denen jemand über eine andere gehört.",

	New:         "Neue Person",
	EditTitle:   "{email} ändern",
	EmailIs:     "Die Adresse ist bestätigt",
	Save:        "Speichern",
	SetPassword: "Neues Passwort für {email}",
	NewPassword: "Passwort setzen",
	PasswordWhy: "Die Person wird überall abgemeldet und meldet sich von nun an damit an. Übergeben Sie es auf sicherem Weg.",
	LinkFor:     "{email} ein Passwort wählen lassen?", LinkWhy: "Sie bekommen einen Link zum Weitergeben. Wer ihn binnen drei Tagen öffnet, wählt einmal das Passwort dieser Person und meldet sich damit an. Ein früherer Link gilt dann nicht mehr.",
	MakeLink: "Link für ein Passwort erzeugen", MakeLinks: "Links für ein Passwort erzeugen", LinkMade: "Der Link für ein erstes Passwort", LinkHand: "Übergeben Sie ihn auf sicherem Weg: Wer ihn hat, kann das Passwort setzen. Er gilt einmal, binnen drei Tagen.",
	Links:   "Links für ein erstes Passwort",
	ToGroup: "In eine Gruppe aufnehmen", Group: "Gruppe", GroupHint: "Ihre Kennung, etwa desk",
	BulkDisable: UserBulk{
		Title: "Mehrere Personen deaktivieren", Ask: "Diese Personen deaktivieren?",
		Why: Plural{One: "{n}\u00a0Person wird sofort ausgesperrt, und ihre Sitzungen enden.", Other: "{n}\u00a0Personen werden sofort ausgesperrt, und ihre Sitzungen enden."},
		Did: Plural{None: "Niemand wurde deaktiviert.", One: "{n}\u00a0Person wurde deaktiviert.", Other: "{n}\u00a0Personen wurden deaktiviert."},
	},
	BulkEnable: UserBulk{
		Title: "Mehrere Personen aktivieren", Ask: "Diese Personen wieder aktivieren?",
		Why: Plural{One: "{n}\u00a0Person darf sich wieder anmelden. Beendete Sitzungen und Tokens bleiben beendet.", Other: "{n}\u00a0Personen dürfen sich wieder anmelden. Beendete Sitzungen und Tokens bleiben beendet."},
		Did: Plural{None: "Niemand wurde aktiviert.", One: "{n}\u00a0Person ist wieder aktiviert.", Other: "{n}\u00a0Personen sind wieder aktiviert."},
	},
	BulkSignOut: UserBulk{
		Title: "Mehrere Personen abmelden", Ask: "Diese Personen überall abmelden?",
		Why: Plural{One: "Alle Browser von {n}\u00a0Person werden abgemeldet, und die Tokens daraus enden. Sie kann sich wieder anmelden.", Other: "Alle Browser von {n}\u00a0Personen werden abgemeldet, und die Tokens daraus enden. Sie können sich wieder anmelden."},
		Did: Plural{None: "Niemand wurde abgemeldet.", One: "{n}\u00a0Person ist überall abgemeldet.", Other: "{n}\u00a0Personen sind überall abgemeldet."},
	},
	BulkLink: UserBulk{
		Title: "Mehrere Personen ein Passwort wählen lassen", Ask: "Für jede einen Link erzeugen?",
		Why: Plural{One: "{n}\u00a0Person bekommt einen eigenen Link. Er wird einmal gezeigt und gilt drei Tage; wer ihn hat, kann das Passwort setzen.", Other: "{n}\u00a0Personen bekommen je einen Link. Die Links werden einmal gezeigt und gelten drei Tage; wer einen hat, kann dieses Passwort setzen."},
		Did: Plural{None: "Kein Link wurde erzeugt.", One: "{n}\u00a0Link wurde erzeugt.", Other: "{n}\u00a0Links wurden erzeugt."},
	},
	BulkGroup: UserBulk{
		Title: "Mehrere Personen in eine Gruppe aufnehmen", Ask: "In welche Gruppe aufnehmen?",
		Why: Plural{One: "{n}\u00a0Person bekommt unbefristet, was die Gruppe hat.", Other: "{n}\u00a0Personen bekommen unbefristet, was die Gruppe hat."},
		Did: Plural{None: "Niemand wurde aufgenommen.", One: "{n}\u00a0Person gehört zu der Gruppe.", Other: "{n}\u00a0Personen gehören zu der Gruppe."},
	},
	NotBulked: "Diese nicht:",

	Disable: UserAct{
		Link: "Deaktivieren", Title: "{email} deaktivieren?", Why: "Die Person wird sofort ausgesperrt: Ihre Sitzungen und die Tokens ihrer Anwendungen enden. Sie können sie wieder aktivieren; was beendet ist, bleibt beendet.",
		Did: "Die Person ist deaktiviert.",
	},
	Enable: UserAct{Link: "Aktivieren", Title: "{email} wieder aktivieren?", Why: "Die Person darf sich wieder anmelden. Beendete Sitzungen und Tokens bleiben beendet.", Did: "Die Person ist wieder aktiviert."},
	EndSessions: UserAct{
		Link: "Überall abmelden", Title: "{email} überall abmelden?", Why: "Alle Browser der Person werden abgemeldet, und die Tokens daraus enden. Sie kann sich wieder anmelden.",
		Did: "Die Person ist überall abgemeldet.",
	},
	EndTokens: UserAct{
		Link: "Alle Tokens beenden", Title: "Alle Tokens von {email} beenden?", Why: "Anwendungen verlieren ihre Refresh-Tokens und die Access-Tokens daraus. Was erlaubt wurde, bleibt erlaubt.", Did: "Alle Tokens sind beendet.",
	},
	RevokeLink: UserAct{
		Link: "Link zurückziehen", Title: "Den Link von {email} zurückziehen?", Why: "Der Link für ein erstes Passwort gilt dann nicht mehr. Sie können einen neuen erzeugen.", Did: "Der Link ist zurückgezogen.",
	},
	ResetFactors: UserAct{
		Link: "Zweiten Faktor zurücksetzen", Title: "Zweiten Faktor von {email} zurücksetzen?", Why: "Authenticator und Wiederherstellungscodes werden entfernt. Bis zu einer neuen Einrichtung genügt das Passwort, sofern keine Regel mehr verlangt.",
		Did: "Der zweite Faktor ist zurückgesetzt.",
	},
	Delete: UserAct{
		Link: "Löschen", Title: "{email} löschen?", Why: "Die Person wird endgültig gelöscht, mit Sitzungen, Tokens, Zuweisungen und Mitgliedschaften. Das lässt sich nicht rückgängig machen.",
		Did: "Die Person ist gelöscht.",
	},

	Made: "Die Person ist angelegt. Zum Anmelden braucht sie ein Passwort: Geben Sie ihr einen Link, mit dem sie es wählt.", Changed: "Die Änderung ist gespeichert.", PasswordSet: "Das Passwort ist gesetzt.",
}
