package words

// GateKind are the pages about upstreams of the gate, or about the proxies that ask it, where the
// two differ.
type GateKind struct {
	Title                           Title
	Lead                            string
	Create, All                     string // links and a button
	None, NoneTodo                  string // an empty list
	At, Speaks                      string // heads and inputs: targets or networks, protocol or dialect
	Routes, NoRoutes                string // those that need it, or that it may ask about
	NewTitle                        Title
	EditTitle, DeleteTitle          Title // Name
	FormLead                        string
	DeleteWhy, Kept                 string
	Needs                           Phrase // Name of one of Routes
	DidCreate, DidChange, DidDelete string
}

// ConsoleGateParts are the same pages where they do not differ.
type ConsoleGateParts struct {
	InFiles                                    Phrase // Path of the folder
	NoNetworks                                 string
	NoNetworksTodo                             Phrase // File: a line of the configuration
	Within                                     Phrase // Host: the networks
	Find, NoneFound                            string
	Name, NameHint                             string
	Audience, AudienceHint, Health, HealthHint string
	Shows, Secret, Certificate                 string // what a proxy shows for itself
	Changed, Says, Whole, NotServed            string
	TargetsHint, Rest, RestHint                string
	PeersHint, Secrets, SecretsHint            string
	Certificates, CertificatesHint, RoutesHint string
	Edit, Delete, Save, Mistyped               string
}

var englishConsoleUpstreams = GateKind{
	Title: "Upstreams", Lead: "The servers behind the gate, to which routes lead.",
	Create: "Create an upstream", All: "All upstreams",
	None: "There are no upstreams", NoneTodo: "Make one, and then routes that lead to it.",
	At: "Targets", Speaks: "Protocol", Routes: "Routes to it", NoRoutes: "No route leads to it.",
	NewTitle: "New upstream", EditTitle: "Change the upstream {name}", DeleteTitle: "Delete the upstream {name}?",
	FormLead:  "Routes lead to it by its name.",
	DeleteWhy: "This cannot be undone. It is refused while a route leads to it.", Kept: "A route leads to it still. Change or delete that first.", Needs: "The route {name} leads to it.",
	DidCreate: "The upstream is made.", DidChange: "The upstream is changed.", DidDelete: "The upstream is deleted.",
}

var englishConsoleEdges = GateKind{
	Title: "Proxies that ask", Lead: "Other proxies that ask the gate about the requests which come to them.",
	Create: "Create a proxy", All: "All proxies",
	None: "No other proxy asks", NoneTodo: "Add one where nginx, Traefik, Caddy, HAProxy or Envoy stands before an application and shall ask the gate.",
	At: "Asks from", Speaks: "Dialect", Routes: "May ask about", NoRoutes: "All routes",
	NewTitle: "New proxy", EditTitle: "Change the proxy {name}", DeleteTitle: "Delete the proxy {name}?",
	FormLead:  "It shows a secret or a certificate for itself. Both are asked for where both are there.",
	DeleteWhy: "It is answered no more from then on, and lets nobody through.", Kept: "A route without an upstream needs it still. Change or delete that first.", Needs: "It may ask about the route {name}.",
	DidCreate: "The proxy may ask now.", DidChange: "The proxy is changed.", DidDelete: "The proxy may ask no more.",
}

var englishConsoleGateParts = ConsoleGateParts{
	InFiles:        "These are in files, in {path}, and change there. The gate reads them again by itself.",
	NoNetworks:     "Every address is refused here still.",
	NoNetworksTodo: "gate.upstream_networks names no network in which servers behind the gate may be. Set those of your applications, such as {file}, or 127.0.0.0/8 for this machine, and restart.",
	Within:         "The gate goes to servers in {host} alone (gate.upstream_networks).",
	Find:           "Find by name or address", NoneFound: "None is found.",
	Name: "Name", NameHint: "Lower-case letters, digits and hyphens.",
	Audience: "Audience", AudienceHint: "Of the assertion that tells it who calls. Empty: its name.", Health: "Health path", HealthHint: "Asked of each target, such as /healthz. Empty: nothing is asked.",
	Shows: "Shows", Secret: "a secret", Certificate: "a client certificate",
	Changed: "Changed", Says: "Definition", Whole: "All of it, as docs/gate.md has it", NotServed: "This server does not serve it: it has no gate, or cannot use its routes.",
	TargetsHint: "One a line: http:// or https:// with a host and a port.", Rest: "Everything else", RestHint: "As JSON: identity, tls, health, timeouts and retry, as docs/gate.md has them.",
	PeersHint: "One a line: an address, or a network such as 10.0.0.0/8.", Secrets: "Secrets", SecretsHint: "The SHA-256 of each in hex, one a line; two while one takes the place of the other.",
	Certificates: "Certificates", CertificatesHint: "In PEM, as it shows them to the gate.", RoutesHint: "Their names, one a line. Empty: all.",
	Edit: "Change", Delete: "Delete", Save: "Save", Mistyped: "This is not its name.",
}

var germanConsoleUpstreams = GateKind{
	Title: "Upstreams", Lead: "Die Server hinter dem Gate, zu denen Routen führen.",
	Create: "Upstream anlegen", All: "Alle Upstreams",
	None: "Es gibt noch keinen Upstream", NoneTodo: "Legen Sie einen an, danach Routen, die zu ihm führen.",
	At: "Ziele", Speaks: "Protokoll", Routes: "Routen dorthin", NoRoutes: "Keine Route führt dorthin.",
	NewTitle: "Neuer Upstream", EditTitle: "Den Upstream {name} ändern", DeleteTitle: "Den Upstream {name} löschen?",
	FormLead:  "Routen führen unter seiner Bezeichnung dorthin.",
	DeleteWhy: "Das lässt sich nicht rückgängig machen. Ein Upstream, zu dem eine Route führt, lässt sich nicht löschen.", Kept: "Eine Route führt noch dorthin. Ändern oder löschen Sie zuerst diese.", Needs: "Die Route {name} führt dorthin.",
	DidCreate: "Der Upstream ist angelegt.", DidChange: "Der Upstream ist geändert.", DidDelete: "Der Upstream ist gelöscht.",
}

var germanConsoleEdges = GateKind{
	Title: "Fragende Proxys", Lead: "Andere Proxys, die das Gate fragen, ob sie eine Anfrage durchlassen dürfen.",
	Create: "Proxy anlegen", All: "Alle Proxys",
	None: "Kein anderer Proxy fragt", NoneTodo: "Tragen Sie einen ein, wenn nginx, Traefik, Caddy, HAProxy oder Envoy vor einer Anwendung steht und das Gate fragen soll.",
	At: "Fragt von", Speaks: "Protokoll", Routes: "Darf fragen nach", NoRoutes: "Allen Routen",
	NewTitle: "Neuer Proxy", EditTitle: "Den Proxy {name} ändern", DeleteTitle: "Den Proxy {name} löschen?",
	FormLead:  "Er weist sich mit einem Geheimnis oder einem Zertifikat aus. Ist beides angegeben, wird beides verlangt.",
	DeleteWhy: "Er bekommt dann keine Antwort mehr und lässt niemanden durch.", Kept: "Eine Route ohne Upstream braucht ihn noch. Ändern oder löschen Sie zuerst diese.", Needs: "Er darf nach der Route {name} fragen.",
	DidCreate: "Der Proxy darf jetzt fragen.", DidChange: "Der Proxy ist geändert.", DidDelete: "Der Proxy darf nicht mehr fragen.",
}

var germanConsoleGateParts = ConsoleGateParts{
	InFiles:        "Das steht in Dateien, in {path}, und wird dort geändert. Das Gate liest sie von selbst neu.",
	NoNetworks:     "Noch wird hier jede Adresse abgewiesen.",
	NoNetworksTodo: "gate.upstream_networks nennt kein Netz, in dem Server hinter dem Gate stehen dürfen. Setzen Sie die Ihrer Anwendungen, etwa {file}, oder 127.0.0.0/8 für diesen Rechner, und starten Sie neu.",
	Within:         "Das Gate leitet nur an Server in {host} weiter (gate.upstream_networks).",
	Find:           "Bezeichnung oder Adresse suchen", NoneFound: "Nichts gefunden.",
	Name: "Bezeichnung", NameHint: "Kleinbuchstaben, Ziffern und Bindestriche.",
	Audience: "Audience", AudienceHint: "Audience des Tokens, das ihm sagt, wer anfragt. Leer: seine Bezeichnung.", Health: "Pfad der Zustandsprüfung", HealthHint: "Wird bei jedem Ziel abgefragt, etwa /healthz. Leer: nichts.",
	Shows: "Weist sich aus mit", Secret: "einem Geheimnis", Certificate: "einem Client-Zertifikat",
	Changed: "Geändert", Says: "Definition", Whole: "Alle Angaben, wie docs/gate.md sie beschreibt", NotServed: "Dieser Server bedient das nicht: Er hat kein Gate oder kann seine Routen nicht verwenden.",
	TargetsHint: "Eines je Zeile: http:// oder https:// mit Hostnamen und Port.", Rest: "Alles andere", RestHint: "Als JSON: identity, tls, health, timeouts und retry, wie docs/gate.md es beschreibt.",
	PeersHint: "Eine Adresse je Zeile oder ein Netz wie 10.0.0.0/8.", Secrets: "Geheimnisse", SecretsHint: "Von jedem der SHA-256 in Hex, einer je Zeile; zwei, während eines das andere ablöst.",
	Certificates: "Zertifikate", CertificatesHint: "In PEM, wie er sie dem Gate zeigt.", RoutesHint: "Ihre Bezeichnungen, eine je Zeile. Leer: alle.",
	Edit: "Ändern", Delete: "Löschen", Save: "Speichern", Mistyped: "Das ist nicht die Bezeichnung.",
}
