package words

// ConsoleSettings are the pages about what of the configuration may be changed.
type ConsoleSettings struct {
	Title                                             Title
	Lead                                              string
	Setting, Value, Default, From, Key, Stored, Known string // heads and facts
	NotSet                                            string // in place of a value
	Forever                                           string
	ByDefault, Follows, Here, Locked                  string // where a value comes from
	LockedBy                                          Phrase // Name of the file's line, or the like
	Unusable, UnusableWhy                             string // what is stored cannot be used
	Save                                              string
	DurationHint, AccentHint, Characters              string // at inputs
	Unset                                             string // back to the default
	UnsetTitle                                        Title  // Name
	UnsetWhy                                          Phrase // Label: the default
	UnsetNothing                                      string // the same where that is nothing
	DidChange, DidUnset                               string

	Audit, Brand, Passwords, Session, SignIn, Tokens string // heads of groups

	Idle, Absolute, MFA, Interaction, Fresh, HelpText, HelpURL, MinLength       Setting
	AccessToken, IDToken, RefreshIdle, RefreshAbsolute, Retention, Name, Accent Setting
	MFAAdministrators, MFAEverybody                                             string // who must have a second step

	BrandTitle         Title
	BrandLead          string
	Preview            string // a head, and a button
	Looks              Phrase // a drawing, for screen readers: Name, Label
	Contrast           Phrase // Label of the button, Least of links
	Adjusted, NoColour string
	Logo, LogoWhy      string
}

// Setting is what people read of one.
type Setting struct{ Label, Why string }

var englishConsoleSettings = ConsoleSettings{
	Title:   "Settings",
	Lead:    "What may be changed while Gatehouse runs. It counts on every replica within a second; everything else stands in the configuration.",
	Setting: "Setting", Value: "Value", Default: "Default", From: "Set by", Key: "Key", Stored: "Stored here", Known: "Details",
	NotSet:    "not set",
	Forever:   "forever",
	ByDefault: "the default", Follows: "follows from", Here: "Set here", Locked: "Locked",
	LockedBy: "It is set by {name}, which counts more than what is set here. Change it there, or remove it there first.",
	Unusable: "Not usable", UnusableWhy: "What is stored here cannot be used, and something else counts:",
	Save:         "Save",
	DurationHint: "A time such as 15m, 12h or 30d.", AccentHint: "Six hexadecimal digits, such as #3156b8. Empty: the colours of Gatehouse.", Characters: "characters",
	Unset: "Back to the default", UnsetTitle: "Back to the default: {name}?",
	UnsetWhy: "From then on {label} counts.", UnsetNothing: "From then on nothing is set.",
	DidChange: "It is changed.", DidUnset: "The default counts again.",

	Audit: "Audit log", Brand: "How pages look", Passwords: "Passwords", Session: "Sessions", SignIn: "Sign-in", Tokens: "Tokens",

	Idle:              Setting{"Signed in without a request", "How long a browser stays signed in while nobody uses it."},
	Absolute:          Setting{"Signed in at most", "How long a browser stays signed in, whatever it does."},
	MFA:               Setting{"Who needs a second step", "Who must set up an authenticator. Only the configuration can say that nobody must."},
	Interaction:       Setting{"Time for a sign-in", "How long a sign-in may take from its first page to its last."},
	Fresh:             Setting{"A fresh proof", "How long a proof counts as fresh where somebody changes how they sign in."},
	HelpText:          Setting{"Help with the sign-in", "What the page behind “Forgot your password?” says, at most 1,000 characters."},
	HelpURL:           Setting{"Where help is", "Where that page leads to: an address that begins with https:// or mailto:."},
	MinLength:         Setting{"Length of a password", "How many characters a new password has at least."},
	AccessToken:       Setting{"Life of an access token", "How long it is valid. What is taken back counts at once wherever Gatehouse is asked."},
	IDToken:           Setting{"Life of an ID token", "How long it is valid."},
	RefreshIdle:       Setting{"Refresh token without use", "How long a refresh token lives while nobody uses it."},
	RefreshAbsolute:   Setting{"Refreshing at most", "How long an application stays signed in by refreshing."},
	Retention:         Setting{"Keep the audit log", "How long events are kept, at least 30d; 0 keeps them forever. That something was removed is an event itself."},
	Name:              Setting{"Name", "At the head of every page, in titles, and in authenticator apps."},
	Accent:            Setting{"Colour", "Of buttons, links and marks."},
	MFAAdministrators: "Administrators", MFAEverybody: "Everybody",

	BrandTitle: "Branding",
	BrandLead:  "The name and the colours of the pages that people see.",
	Preview:    "Preview",
	Looks:      "A sign-in of {name}, {label}",
	Contrast:   "Contrast of the button: {label}. Of links: {least}. At least 4.5 : 1 is needed to read.",
	Adjusted:   "Links are shown darker or lighter than the colour, so that they can be read.",
	NoColour:   "This is no colour. Write six hexadecimal digits, such as #3156b8.",
	Logo:       "Logo", LogoWhy: "A file of the server, so it is set there: by brand.logo in the configuration or GATEHOUSE_BRAND_LOGO. It is read at the start, and again when the server is asked to reload.",
}

var germanConsoleSettings = ConsoleSettings{
	Title:   "Einstellungen",
	Lead:    "Was sich im laufenden Betrieb ändern lässt. Es gilt binnen einer Sekunde auf jedem Server; alles andere steht in der Konfiguration.",
	Setting: "Einstellung", Value: "Wert", Default: "Vorgabe", From: "Gesetzt von", Key: "Name in der Datei", Stored: "Hier gespeichert", Known: "Details",
	NotSet:    "nicht gesetzt",
	Forever:   "für immer",
	ByDefault: "die Vorgabe", Follows: "abgeleitet von", Here: "Hier gesetzt", Locked: "Festgelegt",
	LockedBy: "Gesetzt von {name}; das hat Vorrang vor dem hier Gesetzten. Ändern oder entfernen Sie es zuerst dort.",
	Unusable: "Ungültig", UnusableWhy: "Der hier gespeicherte Wert ist ungültig, und ein anderer gilt:",
	Save:         "Speichern",
	DurationHint: "Eine Dauer wie 15m, 12h oder 30d.", AccentHint: "Sechs hexadezimale Ziffern wie #3156b8. Leer: die Farben von Gatehouse.", Characters: "Zeichen",
	Unset: "Zurück zur Vorgabe", UnsetTitle: "Zurück zur Vorgabe: {name}?",
	UnsetWhy: "Dann gilt {label}.", UnsetNothing: "Dann ist nichts gesetzt.",
	DidChange: "Die Einstellung ist geändert.", DidUnset: "Die Vorgabe gilt wieder.",

	Audit: "Audit-Protokoll", Brand: "Aussehen der Seiten", Passwords: "Passwörter", Session: "Sitzungen", SignIn: "Anmeldung", Tokens: "Tokens",

	Idle:              Setting{"Sitzung ohne Nutzung", "Wie lange ein Browser angemeldet bleibt, während ihn niemand benutzt."},
	Absolute:          Setting{"Sitzung höchstens", "Wie lange ein Browser angemeldet bleibt, auch wenn er benutzt wird."},
	MFA:               Setting{"Wer einen zweiten Faktor braucht", "Wer einen Authenticator einrichten muss. Dass es niemand muss, lässt sich nur in der Konfiguration sagen."},
	Interaction:       Setting{"Zeit für eine Anmeldung", "Wie lange eine Anmeldung von der ersten bis zur letzten Seite dauern darf."},
	Fresh:             Setting{"Frische Anmeldung", "Wie lange eine Anmeldung als frisch gilt, wenn jemand seine Anmeldedaten ändert."},
	HelpText:          Setting{"Hilfe bei der Anmeldung", "Was die Seite hinter „Passwort vergessen?“ sagt, höchstens 1.000 Zeichen."},
	HelpURL:           Setting{"Link zur Hilfe", "Wohin diese Seite führt: eine Adresse, die mit https:// oder mailto: beginnt."},
	MinLength:         Setting{"Mindestlänge von Passwörtern", "Wie viele Zeichen ein neues Passwort mindestens hat."},
	AccessToken:       Setting{"Gültigkeit von Access-Tokens", "Wie lange es gilt. Widerrufe gelten sofort überall, wo Gatehouse gefragt wird."},
	IDToken:           Setting{"Gültigkeit von ID-Tokens", "Wie lange es gilt."},
	RefreshIdle:       Setting{"Refresh-Tokens ohne Nutzung", "Wie lange ein Refresh-Token gilt, während es niemand benutzt."},
	RefreshAbsolute:   Setting{"Erneuerung höchstens", "Wie lange eine Anwendung durch Erneuern angemeldet bleibt."},
	Retention:         Setting{"Audit-Protokoll aufbewahren", "Wie lange Ereignisse bleiben, mindestens 30d; 0 behält sie für immer. Dass etwas entfernt wurde, ist selbst ein Ereignis."},
	Name:              Setting{"Bezeichnung", "Am Kopf jeder Seite, in Titeln und in Authenticator-Apps."},
	Accent:            Setting{"Farbe", "Von Schaltflächen, Links und Markierungen."},
	MFAAdministrators: "Wer Gatehouse verwaltet", MFAEverybody: "Alle",

	BrandTitle: "Aussehen",
	BrandLead:  "Name und Farbe der Anmelde- und Kontoseiten.",
	Preview:    "Vorschau",
	Looks:      "Eine Anmeldung von {name}, {label}",
	Contrast:   "Kontrast der Schaltflächen: {label}. Der Links: {least}. Lesbar ist es ab 4,5 : 1.",
	Adjusted:   "Links erscheinen dunkler oder heller als die Farbe, damit sie lesbar sind.",
	NoColour:   "Das ist keine Farbe. Schreiben Sie sechs hexadezimale Ziffern wie #3156b8.",
	Logo:       "Logo", LogoWhy: "Eine Datei des Servers, deshalb wird sie dort festgelegt: durch brand.logo in der Konfiguration oder GATEHOUSE_BRAND_LOGO. Sie wird beim Start gelesen, und wieder, wenn der Server dazu aufgefordert wird.",
}
