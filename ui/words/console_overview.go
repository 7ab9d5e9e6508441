package words

// ConsoleOverview is the first page of the console.
type ConsoleOverview struct {
	Title                                      Title
	SignIns, Refused, Sessions, Ending, People string // figures
	NotCounted                                 string // in the place of some of them: nobody counted yet
	Elsewhere                                  string // where there are no figures to see

	Days                 Plural // how many the chart shows
	Chart                string
	ChartSays            Plural // the same in a sentence, for who cannot see it: N days
	SignedIn, TurnedAway string // what its bars count

	Attention, AllWell string // what somebody should look at, and where there is nothing
	Who, What, Ends    string // heads of the grants that end first
	NoneEnds           string

	Secured, Gate             string            // figures: who has a second step, what the gate refused
	OfAll                     Phrase            // N of Least people
	UnderOne                  string            // a share
	Methods, Reasons, NoneSo  string            // heads, and where there is nothing
	MethodNames               map[string]string // how somebody signed in, by RFC 8176
	ReasonNames               map[string]string // why a sign-in was refused
	Accounts, Addresses       string            // heads: what fails most
	FailedSince               string            // below them
	AtLeast                   Phrase            // N
	NoAccount, NoAddress      string
	Times                     string
	TopApplications, TopSince string // a head, and below it
	TopSignIns                string
	Latest, All               string // a head, and a link to the whole list
	Unguarded                 Phrase // Email
	KeyEnds                   Phrase // Name of a service account, Wait
	SecretEnds                Phrase // Name of an application, Wait
	TokenEnds                 Phrase // Email, Wait
	DiskFills                 Plural // N days
	KeyLate                   Phrase // Name of an algorithm
	Steps                     string // a head
	StepsLeft                 Plural
	StepHTTPS, StepGuarded    string
	StepSecond                string
	StepApplication           string
	StepCheckpoints, StepDone string
	Hide, DidHide             string
	More                      string // below them
	Week                      Phrase // N hundredths more or less than in the week before
	InAWeek                   Phrase // N more or less than a week ago
}

var englishConsoleOverview = ConsoleOverview{
	Title:      "Overview",
	SignIns:    "Sign-ins today",
	Refused:    "Refused today",
	Sessions:   "Live sessions",
	Ending:     "Grants ending soon",
	People:     "People",
	NotCounted: "Not counted yet",
	Elsewhere:  "Choose at the side what you want to look after.",

	Days:      Plural{One: "{n} day", Other: "{n} days"},
	Chart:     "Sign-ins by day",
	ChartSays: Plural{One: "Sign-ins and refused sign-ins of the last day", Other: "Sign-ins and refused sign-ins of each of the last {n} days"},
	SignedIn:  "signed in", TurnedAway: "refused",

	Attention: "Needs attention", AllWell: "Nothing does.",
	Who: "Who", What: "Role or permission", Ends: "Ends",
	NoneEnds: "None ends within seven days.",

	Secured: "With a second step", Gate: "Refused at the gate today",
	OfAll: "{n} of {least}", UnderOne: "under 1\u00a0%",
	Methods: "Signed in with", Reasons: "Refused because of", NoneSo: "Nobody, in these days.",
	MethodNames: map[string]string{"": "Not told", "pwd": "Password", "mfa otp pwd": "Password and authenticator", "otp pwd": "Password and authenticator", "mfa pwd": "Password and recovery code"},
	ReasonNames: map[string]string{
		"wrong": "Wrong password", "totp_wrong": "Wrong code", "totp_used": "A used code", "recovery_wrong": "Wrong recovery code", "unknown": "No such account", "no_password": "No password",
		"no_factor": "No second step", "disabled": "Disabled account", "locked": "A lock", "role_or_group_missing": "Not for this application", "declined": "Declined", "replaced": "Begun anew",
	},
	Accounts: "Accounts that fail most", Addresses: "Addresses that fail most",
	FailedSince: "Refused sign-ins of today and yesterday (UTC).", AtLeast: "at least {n}",
	NoAccount: "None of them was about an account that there is.", NoAddress: "Of none it is known where it came from.", Times: "Times",
	TopApplications: "Applications used most", TopSince: "Sign-ins of the last seven days (UTC), today among them.", TopSignIns: "Sign-ins",
	Latest: "Latest events", All: "All",
	Unguarded:  "{email} administers and has no second step.",
	KeyEnds:    "A key of the service account {name} ends {wait}.",
	SecretEnds: "A secret of the application {name} ends {wait}.", TokenEnds: "A personal token of {email} ends {wait}.",
	DiskFills: Plural{One: "The disk of the database is full in {n} day if it grows on.", Other: "The disk of the database is full in {n} days if it grows on."},
	KeyLate:   "The {name} key signs for longer than it should.",
	Steps:     "First steps", StepsLeft: Plural{One: "{n} is left.", Other: "{n} are left."},
	StepHTTPS: "People reach Gatehouse by https: set issuer.", StepGuarded: "Everybody who administers has a second step.",
	StepSecond: "A second person administers, who can let the first in again.", StepApplication: "An application is connected.",
	StepCheckpoints: "Checkpoints of the audit log are kept outside the database: set audit.checkpoint_file.", StepDone: "Done:",
	Hide: "Hide", DidHide: "The first steps are hidden in this browser.",
	More: "More of them end within seven days.",
	Week: "{n} against last week", InAWeek: "{n} in a week",
}

var germanConsoleOverview = ConsoleOverview{
	Title:      "Übersicht",
	SignIns:    "Anmeldungen heute",
	Refused:    "Heute abgewiesen",
	Sessions:   "Aktive Sitzungen",
	Ending:     "Bald ablaufende Zuweisungen",
	People:     "Personen",
	NotCounted: "Noch nicht gezählt",
	Elsewhere:  "Wählen Sie in der Navigation einen Bereich.",

	Days:      Plural{One: "{n}\u00a0Tag", Other: "{n}\u00a0Tage"},
	Chart:     "Anmeldungen nach Tagen",
	ChartSays: Plural{One: "Anmeldungen und abgewiesene Anmeldungen des letzten Tages", Other: "Anmeldungen und abgewiesene Anmeldungen jedes der letzten {n}\u00a0Tage"},
	SignedIn:  "angemeldet", TurnedAway: "abgewiesen",

	Attention: "Braucht Aufmerksamkeit", AllWell: "Nichts zu tun.",
	Who: "Wer", What: "Rolle oder Berechtigung", Ends: "Endet",
	NoneEnds: "Keine endet innerhalb von sieben Tagen.",

	Secured: "Mit zweitem Faktor", Gate: "Heute am Gate abgewiesen",
	OfAll: "{n}\u00a0von {least}", UnderOne: "unter 1\u00a0%",
	Methods: "Angemeldet mit", Reasons: "Abgewiesen wegen", NoneSo: "In diesen Tagen niemand.",
	MethodNames: map[string]string{"": "Unbekannt", "pwd": "Passwort", "mfa otp pwd": "Passwort und Authenticator", "otp pwd": "Passwort und Authenticator", "mfa pwd": "Passwort und Wiederherstellungscode"},
	ReasonNames: map[string]string{
		"wrong": "Falsches Passwort", "totp_wrong": "Falscher Code", "totp_used": "Verbrauchter Code", "recovery_wrong": "Falscher Wiederherstellungscode", "unknown": "Unbekanntes Konto", "no_password": "Kein Passwort",
		"no_factor": "Kein zweiter Faktor", "disabled": "Deaktiviertes Konto", "locked": "Gesperrt", "role_or_group_missing": "Rolle oder Gruppe fehlt", "declined": "Abgelehnt", "replaced": "Neu begonnen",
	},
	Accounts: "Konten mit den meisten Fehlversuchen", Addresses: "Adressen mit den meisten Fehlversuchen",
	FailedSince: "Abgewiesene Anmeldungen von heute und gestern (UTC).", AtLeast: "mindestens {n}",
	NoAccount: "Keine davon betraf ein bestehendes Konto.", NoAddress: "Von keiner ist die Herkunft bekannt.", Times: "Anzahl",
	TopApplications: "Meistgenutzte Anwendungen", TopSince: "Anmeldungen der letzten sieben Tage (UTC), einschließlich heute.", TopSignIns: "Anmeldungen",
	Latest: "Neueste Ereignisse", All: "Alle",
	Unguarded:  "{email} verwaltet Gatehouse ohne zweiten Faktor.",
	KeyEnds:    "Ein Schlüssel des Dienstkontos {name} endet {wait}.",
	SecretEnds: "Ein Geheimnis der Anwendung {name} endet {wait}.", TokenEnds: "Ein persönliches Token von {email} endet {wait}.",
	DiskFills: Plural{One: "Wächst die Datenbank so weiter, ist der Speicherplatz in {n}\u00a0Tag aufgebraucht.", Other: "Wächst die Datenbank so weiter, ist der Speicherplatz in {n}\u00a0Tagen aufgebraucht."},
	KeyLate:   "Der {name}-Schlüssel signiert länger als vorgesehen.",
	Steps:     "Erste Schritte", StepsLeft: Plural{One: "Noch {n}\u00a0offen.", Other: "Noch {n}\u00a0offen."},
	StepHTTPS: "Gatehouse ist über https erreichbar: issuer setzen.", StepGuarded: "Alle, die Gatehouse verwalten, haben einen zweiten Faktor.",
	StepSecond: "Eine zweite Person verwaltet Gatehouse und kann der ersten wieder Zugang geben.", StepApplication: "Eine Anwendung ist angebunden.",
	StepCheckpoints: "Prüfpunkte des Audit-Protokolls liegen außerhalb der Datenbank: audit.checkpoint_file setzen.", StepDone: "Erledigt:",
	Hide: "Ausblenden", DidHide: "Die ersten Schritte sind in diesem Browser ausgeblendet.",
	More: "Weitere enden innerhalb von sieben Tagen.",
	Week: "{n}\u00a0zur Vorwoche", InAWeek: "{n}\u00a0in einer Woche",
}
