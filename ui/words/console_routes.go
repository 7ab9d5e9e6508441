package words

// Gaps of what would turn.
const (
	TurnFrom Gap = "from" // what was decided
	TurnTo   Gap = "to"   // what would be
)

// ConsoleRoutes are the pages about the gate.
type ConsoleRoutes struct {
	Title                                                            Title
	Lead                                                             string
	InFiles                                                          Phrase // Path of the folder
	Problem                                                          string // before why routes cannot be used
	Find, All, Create                                                string
	Route, Mode, Asks, Upstream, Decided, Refused                    string // heads
	Enforce, Shadow, Off, NotServed, Missing                         string // states
	Nothing                                                          string // a public route asks for it
	None, NoneTodo, NoneFound, NoGate, NoGateTodo                    string // an empty list
	Overview, History                                                string // tabs
	Edit, Delete                                                     string
	NotServedWhy                                                     string
	MissingWhy                                                       Phrase // Permission
	MissingCA                                                        Phrase // Name
	Lived, Says, Whole                                               string // heads
	Takes, Methods, Tests, Authn, Issuers, Changed                   string // facts
	Bearer, Session, Certificate                                     string
	WouldRefuse                                                      string
	Outcomes                                                         map[string]string // what came out, by the gate's word
	NewTitle                                                         Title
	EditTitle                                                        Title  // Name
	Review, Check                                                    string // buttons
	ID, IDHint, Hosts, HostsHint, Paths, PathsHint                   string // inputs
	EnforceHint, ShadowHint, OffHint, UpstreamHint, NoUpstream       string
	Public, PublicHint, API, APIHint, Permission, PermissionHint     string
	Resource, ResourceHint, Condition, ConditionHint, Rest, RestHint string
	ModeLead, Narrower, NarrowerLead, RestLead, FirstUpstream        string // what folds out, and what holds where it is empty
	Usable                                                           Plural // N tests hold
	NoPermission                                                     Phrase // Name of the API, Scope: the permission
	ReviewTitle, ReviewNewTitle, VersionTitle                        Title  // Name
	Changes, NoChange, Unusable                                      string
	Replay, ReplayLead, NoLog, NoReplay, NoTurn                      string
	Again, LeftOut                                                   Plural
	Turns                                                            Plural // N, TurnFrom, TurnTo
	Turned, Request, Who, Was, WouldBe, When, Nobody, MoreTurned     string
	Save, RollBack, SaveWhy                                          string
	DidCreate, DidChange, DidDelete                                  string
	DeleteTitle                                                      Title // Name
	DeleteWhy, Mistyped                                              string
	Lately                                                           Plural // N requests
	HistoryTitle                                                     Title  // Name
	Done, By, Look, Now, Created, Updated, Deleted                   string
	NoHistory, NoHistoryTodo                                         string
	ShadowTitle, RefusedTitle                                        Title
	RefusedLead, TurnedBack, CameOut, NoRefused, NoRefusedTodo       string
	ShadowLead, ShadowCovers, ShadowSince                            string
	Span, LastDay, LastWeek, LastMonth                               string
	NoShadowed, NoShadowedTodo, NothingKept                          string
	SimulateTitle                                                    Title
	SimulateLead, Simulate                                           string
	Method, URL, URLHint, WhoHint, Proved, ByPassword, ByTwo         string
	Age, Minutes, At, IP, Thing, ThingHint                           string
	Answer, NoRoute, AsksNobody, Unknown, RouteAsksMore              string
	RoutedBy, Known, ByGrant, GoesOn                                 Phrase // Name
	Holds, Lacks, PermissionGone                                     Phrase // Permission
	Gave                                                             Phrase // Name, Since: until when
	GrantIt                                                          string // a link
}

var englishConsoleRoutes = ConsoleRoutes{
	Title:   "Gate routes",
	Lead:    "Which requests the gate takes before your applications, what it asks of them, and what it decided.",
	InFiles: "These routes are in files, in {path}, and change there. The gate reads them again by itself.",
	Problem: "What lies there cannot be used, and the routes before it stay:",
	Find:    "Find by name, host or path", All: "All routes", Create: "Create a route",
	Route: "Route", Mode: "Mode", Asks: "Asks for", Upstream: "Upstream", Decided: "Decided, 7 days", Refused: "Refused, 7 days",
	Enforce: "Enforces", Shadow: "Shadow", Off: "Off", NotServed: "Not served", Missing: "Nobody gets through",
	Nothing: "nothing, it is public",
	None:    "There are no routes", NoneTodo: "A route says which requests go to an upstream, and what their callers need. Make an upstream first.",
	NoneFound: "None is found.",
	NoGate:    "There is no gate", NoGateTodo: "Set gate.listen, and gate.upstream_networks for what routes made here may reach, and restart.",
	Overview: "Overview", History: "History",
	Edit: "Change", Delete: "Delete",
	NotServedWhy: "This server does not serve the route: it has no gate, or cannot use its routes.",
	MissingWhy:   "It asks for {permission}, which no API has, so nobody gets through.",
	MissingCA:    "It asks for client certificates of {name}, and the gate has no TLS (tls.cert_file), so nobody can show one.",
	Lived:        "In the last seven days", Says: "Definition", Whole: "All of it, as docs/gate.md has it",
	Takes: "Takes", Methods: "Methods", Tests: "Tests", Authn: "Callers show", Issuers: "Tokens of", Changed: "Changed",
	Bearer: "a token or key", Session: "a browser’s sign-in", Certificate: "a client certificate",
	WouldRefuse: "Would be refused",
	Outcomes: map[string]string{
		"allow": "allowed", "own": "allowed, what is their own", "filter": "allowed, as a list", "deny": "refused", "challenge": "after a second step or a fresher sign-in", "unknown": "sign-in needed",
		"limited": "too many", "error": "error", "public": "public", "mcp": "depends on the body", "no route": "no route",
	},
	NewTitle: "New route", EditTitle: "Change the route {name}",
	Review: "Review changes", Check: "Check",
	ID: "Name", IDHint: "Lower-case letters, digits and hyphens.", Hosts: "Hosts", HostsHint: "One a line: api.example.com, or *.example.com.",
	Paths: "Paths", PathsHint: "One a line. A name in curly brackets stands for one segment, with three dots for all that is left.",
	EnforceHint: "Decides, and refuses.", ShadowHint: "Decides and counts, and lets everybody through.", OffHint: "Takes no requests.",
	UpstreamHint: "Where requests go that get through.", NoUpstream: "None: only another proxy asks",
	Public: "Public", PublicHint: "Nobody is asked who they are. Then leave out what is below.",
	API: "API", APIHint: "Its id.", Permission: "Permission", PermissionHint: "Such as orders:read; or one for each method, in lines such as GET orders:read.",
	Resource: "Resource", ResourceHint: "Which thing it is about: a capture of the path.",
	Condition: "Condition", ConditionHint: "In CEL. It can only take away.",
	ModeLead: "It enforces, unless you have it watch first, or switch it off.",
	Narrower: "Resource and condition", NarrowerLead: "Which order it is about, say, and what must hold besides. Empty: the permission alone counts.",
	RestLead:      "Limits, headers, CORS, streams, tests. Empty: as docs/gate.md describes.",
	FirstUpstream: "There is no upstream for it to lead to yet.",
	Rest:          "Everything else", RestHint: "As JSON: limits, headers, cors, stream, tests and the like, as docs/gate.md has them.",
	NoPermission: "The API {name} has no {scope}: until it has, whoever asks for that is refused.",
	Usable:       Plural{None: "It can be used with all other routes. None of them has tests.", One: "It can be used with all other routes, and their test holds.", Other: "It can be used with all other routes, and their {n} tests hold."},
	ReviewTitle:  "What changes at {name}", ReviewNewTitle: "The new route {name}", VersionTitle: "An earlier version of {name}",
	Changes: "What changes", NoChange: "Nothing: it is as it stands there.", Unusable: "It cannot be used any more:",
	Replay: "What it would have done", ReplayLead: "The requests of the last 24 hours, decided again: by the routes as they are, and with this change.",
	NoLog:    "Nothing is written down of what the gate decides, so nobody can tell. Set gate.decisions.file to have it.",
	NoReplay: "You may not see what was decided.",
	NoTurn:   "None would turn.",
	Again:    Plural{None: "There were none to decide again.", One: "{n} request was decided again.", Other: "{n} requests were decided again."},
	LeftOut:  Plural{None: "None was left out.", One: "{n} was left out, because not all that it depended on is written down.", Other: "{n} were left out, because not all that they depended on is written down."},
	Turns:    Plural{One: "{n} would turn from “{from}” to “{to}”.", Other: "{n} would turn from “{from}” to “{to}”."},
	Turned:   "Requests that would turn", Request: "Request", Who: "Who", Was: "As it is", WouldBe: "Would be", When: "When", Nobody: "nobody", MoreTurned: "There are more.",
	Save: "Save", RollBack: "Roll back to this", SaveWhy: "It counts on every replica as soon as they hear of it, within a second or so.",
	DidCreate: "The route is made.", DidChange: "The route is changed.", DidDelete: "The route is deleted.",
	DeleteTitle: "Delete the route {name}?", DeleteWhy: "Its addresses are answered with 404 from then on. Its history stays in the audit log.", Mistyped: "This is not its name.",
	Lately:       Plural{None: "Nothing came in the last seven days.", One: "{n} request in the last seven days.", Other: "{n} requests in the last seven days."},
	HistoryTitle: "History of {name}",
	Done:         "What", By: "By", Look: "Show", Now: "As it is now", Created: "Made", Updated: "Changed", Deleted: "Deleted",
	NoHistory: "Nothing is recorded", NoHistoryTodo: "What is done to the route is listed here, the latest first.",
	RefusedTitle: "Refused at the gate", RefusedLead: "Requests that the gate did not let through, the latest first. Who asked too often is only counted.",
	TurnedBack: "Refused", CameOut: "Outcome", NoRefused: "There was none", NoRefusedTodo: "Everybody who asked got through, or nobody asked.",
	ShadowTitle: "Let through in shadow", ShadowLead: "Requests that went through because their route is in shadow. Once it enforces, they would not.",
	ShadowCovers: "This is what this server wrote down: each server has a log of its own, of which the latest 64 MiB are looked at.", ShadowSince: "The first decision in it:",
	Span: "How far back", LastDay: "24 hours", LastWeek: "7 days", LastMonth: "30 days",
	NoShadowed: "There was none", NoShadowedTodo: "Either no route was in shadow, or all its callers would have got through.", NothingKept: "Nobody can tell",
	SimulateTitle: "Try a request", SimulateLead: "What the gate would do with it, step by step. Nothing is sent to the upstream.", Simulate: "Try",
	Method: "Method", URL: "URL", URLHint: "Such as https://api.example.com/orders/42.", WhoHint: "The email of a person, or the id of a service account. Empty: nobody is known.",
	Proved: "Signed in with", ByPassword: "a password", ByTwo: "a second step, too",
	Age: "How long ago", Minutes: "minutes", At: "When (UTC)", IP: "From the address", Thing: "What the upstream tells of the thing", ThingHint: "A JSON object, as its upstream would send it.",
	Answer: "Answer", NoRoute: "No route takes it.", AsksNobody: "The route is public, and asks nobody who they are.", Unknown: "Nobody is known. The route takes:", RouteAsksMore: "The route asks for more than the permission.",
	RoutedBy: "The route {name} takes it", Known: "It comes from {name}", ByGrant: "By a grant of {name}", GoesOn: "It goes on to {name}.",
	Holds: "They may {permission}", Lacks: "They lack {permission}", PermissionGone: "No API has {permission}",
	Gave: "A grant of {name} gave it until {since}, and is over", GrantIt: "Grant it",
}

var germanConsoleRoutes = ConsoleRoutes{
	Title:   "Routen des Gates",
	Lead:    "Welche Anfragen das Gate an Ihre Anwendungen weitergibt, was es dafür verlangt und wie es entschieden hat.",
	InFiles: "Diese Routen stehen in Dateien, in {path}, und werden dort geändert. Das Gate liest sie von selbst neu.",
	Problem: "Die Dateien sind fehlerhaft; die bisherigen Routen gelten weiter:",
	Find:    "Bezeichnung, Host oder Pfad suchen", All: "Alle Routen", Create: "Route anlegen",
	Route: "Route", Mode: "Modus", Asks: "Verlangt", Upstream: "Upstream", Decided: "Entschieden, 7\u00a0Tage", Refused: "Abgewiesen, 7\u00a0Tage",
	Enforce: "Durchsetzen", Shadow: "Nur beobachten", Off: "Aus", NotServed: "Nicht aktiv", Missing: "Niemand kommt durch",
	Nothing: "nichts, sie ist öffentlich",
	None:    "Es gibt keine Routen", NoneTodo: "Eine Route sagt, welche Anfragen wohin gehen und was ihre Absender brauchen. Legen Sie zuerst einen Upstream an.",
	NoneFound: "Keine gefunden.",
	NoGate:    "Es gibt kein Gate", NoGateTodo: "Setzen Sie gate.listen, und gate.upstream_networks für das, was hier angelegte Routen erreichen dürfen, und starten Sie neu.",
	Overview: "Übersicht", History: "Verlauf",
	Edit: "Ändern", Delete: "Löschen",
	NotServedWhy: "Dieser Server bedient die Route nicht: Er hat kein Gate oder kann seine Routen nicht verwenden.",
	MissingWhy:   "Sie verlangt {permission}; diese Berechtigung hat keine API, deshalb kommt niemand durch.",
	MissingCA:    "Sie verlangt Client-Zertifikate von {name}, und das Gate hat kein TLS (tls.cert_file): Niemand kann eines vorzeigen.",
	Lived:        "In den letzten sieben Tagen", Says: "Definition", Whole: "Alle Angaben, wie docs/gate.md sie beschreibt",
	Takes: "Nimmt an", Methods: "Methoden", Tests: "Prüfungen", Authn: "Anmeldung durch", Issuers: "Tokens von", Changed: "Geändert",
	Bearer: "ein Token oder einen Schlüssel", Session: "die Anmeldung eines Browsers", Certificate: "ein Client-Zertifikat",
	WouldRefuse: "Würde abgewiesen",
	Outcomes: map[string]string{
		"allow": "erlaubt", "own": "erlaubt, nur Eigenes", "filter": "erlaubt, als Liste", "deny": "abgewiesen", "challenge": "mit zweitem Faktor oder einer neueren Anmeldung", "unknown": "Anmeldung nötig",
		"limited": "zu viele", "error": "Fehler", "public": "öffentlich", "mcp": "hängt vom Inhalt ab", "no route": "keine Route",
	},
	NewTitle: "Neue Route", EditTitle: "Die Route {name} ändern",
	Review: "Änderungen prüfen", Check: "Prüfen",
	ID: "Bezeichnung", IDHint: "Kleinbuchstaben, Ziffern und Bindestriche.", Hosts: "Hostnamen", HostsHint: "Einer je Zeile: api.example.com oder *.example.com.",
	Paths: "Pfade", PathsHint: "Einer je Zeile. Ein Name in geschweiften Klammern steht für einen Abschnitt, mit drei Punkten für alles Übrige.",
	EnforceHint: "Entscheidet und weist ab.", ShadowHint: "Entscheidet und zählt, lässt aber alle durch.", OffHint: "Nimmt keine Anfragen an.",
	UpstreamHint: "Wohin zugelassene Anfragen gehen.", NoUpstream: "Nirgendwohin: nur ein anderer Proxy fragt",
	Public: "Öffentlich", PublicHint: "Niemand wird gefragt, wer er ist. Lassen Sie dann das Folgende weg.",
	API: "API", APIHint: "Ihre Kennung.", Permission: "Berechtigung", PermissionHint: "Etwa orders:read; oder eine je Methode, in Zeilen wie GET orders:read.",
	Resource: "Ressource", ResourceHint: "Worum es geht: ein Name aus dem Pfad.",
	Condition: "Bedingung", ConditionHint: "In CEL. Sie kann nur einschränken.",
	ModeLead: "Sie setzt durch, außer sie soll erst beobachten oder aus sein.",
	Narrower: "Ressource und Bedingung", NarrowerLead: "Etwa um welche Bestellung es geht und was außerdem gelten muss. Leer: Nur die Berechtigung zählt.",
	RestLead:      "Limits, Header, CORS, Streams, Prüfungen. Leer: wie docs/gate.md es beschreibt.",
	FirstUpstream: "Noch gibt es keinen Upstream, zu dem sie führen könnte.",
	Rest:          "Alles andere", RestHint: "Als JSON: limits, headers, cors, stream, tests und so weiter, wie docs/gate.md es beschreibt.",
	NoPermission: "Die API {name} hat kein {scope}: Bis sie es hat, wird abgewiesen, wer danach fragt.",
	Usable:       Plural{None: "Sie verträgt sich mit allen anderen. Keine hat Prüfungen.", One: "Sie verträgt sich mit allen anderen, und die Prüfung ist bestanden.", Other: "Sie verträgt sich mit allen anderen, und alle {n}\u00a0Prüfungen sind bestanden."},
	ReviewTitle:  "Änderungen an {name}", ReviewNewTitle: "Die neue Route {name}", VersionTitle: "Eine frühere Version von {name}",
	Changes: "Änderungen", NoChange: "Keine: Die Route ist schon so.", Unusable: "Sie lässt sich nicht mehr verwenden:",
	Replay: "Auswirkung auf die letzten Anfragen", ReplayLead: "Die Anfragen der letzten 24\u00a0Stunden, neu entschieden: nach den Routen, wie sie sind, und mit dieser Änderung.",
	NoLog:    "Die Entscheidungen des Gates werden nicht aufgezeichnet, deshalb ist das nicht bekannt. Setzen Sie dafür gate.decisions.file.",
	NoReplay: "Die Entscheidungen dürfen Sie nicht sehen.",
	NoTurn:   "Keine fiele anders aus.",
	Again:    Plural{None: "Es gab keine zu entscheiden.", One: "{n}\u00a0Anfrage wurde neu entschieden.", Other: "{n}\u00a0Anfragen wurden neu entschieden."},
	LeftOut:  Plural{None: "Keine blieb außen vor.", One: "{n}\u00a0blieb außen vor, weil nicht alles aufgezeichnet ist, wovon sie abhing.", Other: "{n}\u00a0blieben außen vor, weil nicht alles aufgezeichnet ist, wovon sie abhingen."},
	Turns:    Plural{One: "{n}\u00a0fiele anders aus: „{to}“ statt „{from}“.", Other: "{n}\u00a0fielen anders aus: „{to}“ statt „{from}“."},
	Turned:   "Anfragen, die anders ausfielen", Request: "Anfrage", Who: "Wer", Was: "Bisher", WouldBe: "Wäre", When: "Wann", Nobody: "niemand", MoreTurned: "Es gibt weitere.",
	Save: "Speichern", RollBack: "Zu dieser Version zurück", SaveWhy: "Es gilt nach etwa einer Sekunde auf allen Servern.",
	DidCreate: "Die Route ist angelegt.", DidChange: "Die Route ist geändert.", DidDelete: "Die Route ist gelöscht.",
	DeleteTitle: "Die Route {name} löschen?", DeleteWhy: "Ihre Adressen werden von da an mit 404 beantwortet. Ihr Verlauf bleibt im Audit-Protokoll.", Mistyped: "Das ist nicht ihre Bezeichnung.",
	Lately:       Plural{None: "In den letzten sieben Tagen kam nichts.", One: "{n}\u00a0Anfrage in den letzten sieben Tagen.", Other: "{n}\u00a0Anfragen in den letzten sieben Tagen."},
	HistoryTitle: "Verlauf von {name}",
	Done:         "Was", By: "Von", Look: "Anzeigen", Now: "Aktueller Stand", Created: "Angelegt", Updated: "Geändert", Deleted: "Gelöscht",
	NoHistory: "Nichts aufgezeichnet", NoHistoryTodo: "Hier steht, was mit der Route geschieht, das Neueste zuerst.",
	RefusedTitle: "Am Gate abgewiesen", RefusedLead: "Anfragen, die das Gate nicht durchließ, die neuesten zuerst. Wer zu oft fragte, wird nur gezählt.",
	TurnedBack: "Abgewiesen", CameOut: "Ergebnis", NoRefused: "Es gab keine", NoRefusedTodo: "Alle, die fragten, kamen durch, oder niemand fragte.",
	ShadowTitle: "Nur beobachtet", ShadowLead: "Anfragen, die durchkamen, weil ihre Route nur beobachtet. Setzte sie durch, kämen sie nicht durch.",
	ShadowCovers: "Das ist, was dieser Server aufgezeichnet hat: Jeder führt sein eigenes Protokoll; die letzten 64\u00a0MiB davon werden gelesen.", ShadowSince: "Die erste Entscheidung darin:",
	Span: "Zeitraum", LastDay: "24\u00a0Stunden", LastWeek: "7\u00a0Tage", LastMonth: "30\u00a0Tage",
	NoShadowed: "Es gab keine", NoShadowedTodo: "Entweder beobachtete keine Route nur, oder alle wären durchgekommen.", NothingKept: "Dazu ist nichts aufgezeichnet",
	SimulateTitle: "Anfrage simulieren", SimulateLead: "Wie das Gate entscheiden würde, Schritt für Schritt. An die Anwendung wird nichts gesendet.", Simulate: "Simulieren",
	Method: "Methode", URL: "Adresse", URLHint: "Etwa https://api.example.com/orders/42.", WhoHint: "Die E-Mail-Adresse einer Person oder die Kennung eines Dienstkontos. Leer: nicht angemeldet.",
	Proved: "Angemeldet mit", ByPassword: "einem Passwort", ByTwo: "auch einem zweiten Faktor",
	Age: "Anmeldung vor", Minutes: "Minuten", At: "Wann (UTC)", IP: "Von der Adresse", Thing: "Was die Anwendung über die Ressource angibt", ThingHint: "Ein JSON-Objekt, wie die Anwendung es senden würde.",
	Answer: "Antwort", NoRoute: "Keine Route nimmt sie an.", AsksNobody: "Die Route ist öffentlich und fragt niemanden, wer er ist.", Unknown: "Niemand ist angemeldet. Die Route nimmt an:", RouteAsksMore: "Die Route verlangt mehr als die Berechtigung.",
	RoutedBy: "Die Route {name} nimmt sie an", Known: "Sie kommt von {name}", ByGrant: "Durch eine Zuweisung von {name}", GoesOn: "Sie geht weiter an {name}.",
	Holds: "Die Berechtigung {permission} ist da", Lacks: "Es fehlt {permission}", PermissionGone: "Keine API hat {permission}",
	Gave: "Eine Zuweisung von {name} gab sie bis {since} und ist vorbei", GrantIt: "Zuweisen",
}
