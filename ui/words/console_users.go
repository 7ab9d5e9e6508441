package words

// ConsoleUsers are the pages about people.
type ConsoleUsers struct {
	Title  Title
	Lead   string
	Create string // a link and a button

	Find, State, Active, Disabled    string // filters and states
	Sort, ByEmail, ByCreated, BySeen string
	Email, Name, LastSeen, Created   string // heads and facts
	Never, Unnamed                   string // signed in; a person without a name
	None, NoneTodo                   string // an empty list
	Select                           Phrase // a box in a row, for screen readers: Email
	Chosen                           string // over what is done with the rows that were chosen

	Overview, Sessions, Credentials, Activity string // tabs
	Verified, Unverified                      string
	Administers                               string // a badge
	Factor, FactorOn, FactorOff, CodesLeft    string
	Edit                                      string
	Device, Address, Since                    string // of sessions
	NoSessions, NoActivity                    string
	When, What, By, Outcome                   string // of events
	Refused, Done                             string

	New         Title
	EditTitle   Title  // Email
	EmailIs     string // a box: the address is known to be theirs
	Save        string
	SetPassword Title  // Email
	NewPassword string // a label, and the link
	PasswordWhy string
	Bulk        Title
	BulkWhy     Plural // N people
	Bulked      Plural // N people were disabled
	NotBulked   string // over those who were not

	Disable, Enable, EndSessions, ResetFactors, Delete UserAct

	Made, Changed, PasswordSet string // what was just done
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

	Find: "Address or name begins with", State: "State", Active: "Active", Disabled: "Disabled",
	Sort: "Order", ByEmail: "By address", ByCreated: "Newest first", BySeen: "Last signed in first",
	Email: "Email", Name: "Name", LastSeen: "Last sign-in", Created: "Created",
	Never: "Never", Unnamed: "No name",
	None: "Nobody is found by these filters.", NoneTodo: "Take one away, or create the person.",
	Select: "Choose {email}",
	Chosen: "Those who are chosen:",

	Overview: "Overview", Sessions: "Sessions", Credentials: "Credentials", Activity: "Activity",
	Verified: "Address verified", Unverified: "Address not verified",
	Administers: "Administers",
	Factor:      "Second step", FactorOn: "On", FactorOff: "Off", CodesLeft: "Recovery codes left",
	Edit:   "Change",
	Device: "Browser", Address: "From", Since: "Since",
	NoSessions: "They are signed in nowhere.", NoActivity: "Nothing is recorded about them.",
	When: "When", What: "What", By: "By", Outcome: "Outcome",
	Refused: "Refused", Done: "Done",

	New:         "New person",
	EditTitle:   "Change {email}",
	EmailIs:     "The address is known to be theirs",
	Save:        "Save",
	SetPassword: "New password for {email}",
	NewPassword: "Set a password",
	PasswordWhy: "They are signed out everywhere, and sign in with it from now on. Hand it over in a safe way.",
	Bulk:        "Disable several people",
	BulkWhy:     Plural{One: "{n} person is kept out at once, and what they are signed in to ends.", Other: "{n} people are kept out at once, and what they are signed in to ends."},
	Bulked:      Plural{None: "Nobody was disabled.", One: "{n} person was disabled.", Other: "{n} people were disabled."},
	NotBulked:   "These were not:",

	Disable: UserAct{
		Link: "Disable", Title: "Disable {email}?", Why: "They are kept out at once: their sessions and the tokens of their applications end. You can enable them again; what ended stays ended.",
		Did: "They are disabled.",
	},
	Enable: UserAct{Link: "Enable", Title: "Enable {email}?", Why: "They may sign in again. Sessions and tokens that ended stay ended.", Did: "They are enabled."},
	EndSessions: UserAct{
		Link: "Sign out everywhere", Title: "Sign out {email} everywhere?", Why: "All their browsers are signed out, and the tokens that came of them end. They can sign in again.",
		Did: "They are signed out everywhere.",
	},
	ResetFactors: UserAct{
		Link: "Reset second step", Title: "Reset the second step of {email}?", Why: "Their authenticator and recovery codes are removed. Until they set up a new one, the password alone signs them in, unless policy asks for more.",
		Did: "The second step is reset.",
	},
	Delete: UserAct{
		Link: "Delete", Title: "Delete {email}?", Why: "The person goes for good, with their sessions, tokens, grants and memberships. This cannot be undone.",
		Did: "The person is deleted.",
	},

	Made: "The person is created. Set a password so that they can sign in.", Changed: "It is changed.", PasswordSet: "The password is set.",
}

var germanConsoleUsers = ConsoleUsers{
	Title:  "Personen",
	Lead:   "Alle, die hier ein Konto haben.",
	Create: "Person anlegen",

	Find: "Adresse oder Name beginnt mit", State: "Zustand", Active: "Aktiv", Disabled: "Gesperrt",
	Sort: "Reihenfolge", ByEmail: "Nach Adresse", ByCreated: "Neueste zuerst", BySeen: "Zuletzt angemeldete zuerst",
	Email: "E-Mail", Name: "Name", LastSeen: "Letzte Anmeldung", Created: "Angelegt",
	Never: "Nie", Unnamed: "Ohne Namen",
	None: "Zu diesen Filtern gibt es niemanden.", NoneTodo: "Nehmen Sie einen weg, oder legen Sie die Person an.",
	Select: "{email} auswählen",
	Chosen: "Mit den Ausgewählten:",

	Overview: "Übersicht", Sessions: "Sitzungen", Credentials: "Anmeldedaten", Activity: "Verlauf",
	Verified: "Adresse bestätigt", Unverified: "Adresse nicht bestätigt",
	Administers: "Verwaltet",
	Factor:      "Zweiter Schritt", FactorOn: "An", FactorOff: "Aus", CodesLeft: "Übrige Wiederherstellungscodes",
	Edit:   "Ändern",
	Device: "Browser", Address: "Von", Since: "Seit",
	NoSessions: "Sie sind nirgends angemeldet.", NoActivity: "Über sie ist nichts aufgezeichnet.",
	When: "Wann", What: "Was", By: "Von", Outcome: "Ausgang",
	Refused: "Abgewiesen", Done: "Geschehen",

	New:         "Neue Person",
	EditTitle:   "{email} ändern",
	EmailIs:     "Die Adresse gehört nachweislich dieser Person",
	Save:        "Speichern",
	SetPassword: "Neues Passwort für {email}",
	NewPassword: "Passwort setzen",
	PasswordWhy: "Die Person wird überall abgemeldet und meldet sich von nun an damit an. Übergeben Sie es auf sicherem Weg.",
	Bulk:        "Mehrere Personen sperren",
	BulkWhy:     Plural{One: "{n}\u00a0Person wird sofort ausgesperrt, und ihre Sitzungen enden.", Other: "{n}\u00a0Personen werden sofort ausgesperrt, und ihre Sitzungen enden."},
	Bulked:      Plural{None: "Niemand wurde gesperrt.", One: "{n}\u00a0Person wurde gesperrt.", Other: "{n}\u00a0Personen wurden gesperrt."},
	NotBulked:   "Diese nicht:",

	Disable: UserAct{
		Link: "Sperren", Title: "{email} sperren?", Why: "Die Person wird sofort ausgesperrt: Ihre Sitzungen und die Tokens ihrer Anwendungen enden. Sie können sie wieder zulassen; was beendet ist, bleibt beendet.",
		Did: "Die Person ist gesperrt.",
	},
	Enable: UserAct{Link: "Zulassen", Title: "{email} wieder zulassen?", Why: "Die Person darf sich wieder anmelden. Beendete Sitzungen und Tokens bleiben beendet.", Did: "Die Person ist wieder zugelassen."},
	EndSessions: UserAct{
		Link: "Überall abmelden", Title: "{email} überall abmelden?", Why: "Alle Browser der Person werden abgemeldet, und die Tokens daraus enden. Sie kann sich wieder anmelden.",
		Did: "Die Person ist überall abgemeldet.",
	},
	ResetFactors: UserAct{
		Link: "Zweiten Schritt zurücksetzen", Title: "Zweiten Schritt von {email} zurücksetzen?", Why: "Authenticator und Wiederherstellungscodes werden entfernt. Bis zu einer neuen Einrichtung genügt das Passwort, sofern keine Regel mehr verlangt.",
		Did: "Der zweite Schritt ist zurückgesetzt.",
	},
	Delete: UserAct{
		Link: "Löschen", Title: "{email} löschen?", Why: "Die Person verschwindet endgültig, mit Sitzungen, Tokens, Zuweisungen und Mitgliedschaften. Das lässt sich nicht rückgängig machen.",
		Did: "Die Person ist gelöscht.",
	},

	Made: "Die Person ist angelegt. Setzen Sie ein Passwort, damit sie sich anmelden kann.", Changed: "Es ist geändert.", PasswordSet: "Das Passwort ist gesetzt.",
}
