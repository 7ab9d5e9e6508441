package words

// ConsoleApplications are the pages about applications.
type ConsoleApplications struct {
	Title  Title
	Lead   string
	Create string // a link and a button

	Find, State, KindIs    string // filters
	Active, Disabled       string // states
	Who, LastUsed, SignIns string // heads
	None, NoneTodo, Back   string // an empty list

	Web, Browser, Native, Machine, Gate                string // kinds
	WebWhy, BrowserWhy, NativeWhy, MachineWhy, GateWhy string
	New                                                Title // the choice of a kind
	NewLead                                            string
	NewOf                                              Title // Name
	Products, ProductsLead                             string
	Guide                                              Phrase // App: a link to the form for a product
	Basics                                             string

	Name, Home, Logo, Redirects, PostLogouts, Scopes, Audiences, Refresh string // inputs and facts
	NameHint, HomeHint, RedirectHint, NativeRedirectHint                 string
	PostLogoutHint, ScopeHint, AudienceHint, RefreshHint, LogoHint       string
	LogoFile, SetLogo, NoLogo, LogoNow, LogoSet, LogoGone                string
	UnknownScope                                                         Phrase // Scope: one that means nothing here
	UnknownNear                                                          Phrase // Scope, Name: and which was most likely meant

	GateTitle                       Title
	GateLead, GateTodo, GateNoAPI   string
	GateInFiles                     Phrase // Path of the folder
	GateHost, GateTarget, GateName  string // inputs and facts
	GatePermission                  string
	GateHostHint, GateTargetHint    string
	GateFirstAPI, GateGrant         string
	GateMake, GateMakeHint          string
	GateAPIMade                     Phrase // Name
	GateAPIHint, GatePermissionHint string
	GateNameHint, GateDo, GateShow  string
	GateReady, GateFile             Title // Name
	GateMade, GateToRoute           string
	GateFileLead, GateProxies       string
	GateProxiesLead                 string

	Made                                      Title // Name
	MadeLead, NoSecret, HasKeys               string
	Env                                       string // a label
	ToApp, NextSteps                          string
	Issuer, Discovery, Endpoints, AuthorizeAt string
	TokenAt, UserinfoAt, JWKSAt, LogoutAt     string

	Overview, Settings, Secrets, Preview, Connect    string // tabs
	Known, Danger                                    string
	Created, Updated, Auth, Consent, Asked, NotAsked string
	NoneOf                                           string
	Required                                         string

	Refusals, RefusalsLead, NoRefusals        string
	What, Received, Times, Last               string
	Partial, AddIt                            string
	DiffSlash, DiffScheme, DiffPort, DiffHost string
	DiffCase, DiffPath, DiffQuery             string
	AddTitle                                  Title // Name
	AddWhy, AddStranger                       string
	Added                                     string
	Registered                                string

	General, SignIn, Tokens, Told                         string // heads of the parts of the settings
	Save, Changed                                         string
	AuthMethod, PKCE, Grants, JWKS, RequireACR            string
	RequireRoles, RequireGroups, ConsentAsked, AnyPort    string
	AuthHint, PKCEHint, JWKSHint, RolesHint, GroupsHint   string
	ConsentHint, AnyPortHint, ACRHint                     string
	AuthAny, AuthBasic, AuthPost, AuthKey, AuthNone       string
	PKCEAuto, PKCERequired, PKCEOff, ACRAny               string
	GrantCode, GrantRefresh, GrantClient                  string
	IDTokenAlg, UserinfoAlg, AccessTokenAlg, TokenType    string
	AlgDefault, AlgPlain                                  string
	AccessTTL, RefreshIdle, RefreshAbsolute, RefreshMode  string
	TTLHint, RefreshRotate, RefreshStatic                 string
	IDClaims, IDClaimsHint, Introspect, IntrospectHint    string
	Permissions, PermissionsNone, PermissionsRoles        string
	PermissionsInline, PermissionsHint                    string
	RolesClaim, RolesFormat, RolesPrefix, RolesFilter     string
	GroupsClaim, GroupsFormat, GroupsPrefix, GroupsFilter string
	Claims, FilterHint, ClaimsHint                        string
	ClaimHint                                             Phrase // Name: roles, or groups
	FormatList, FormatString, FormatObject                string

	NewSecret, NoSecrets, NoSecretsTodo string
	Hint, Expires, Never                string
	EndSecret                           string
	RotateTitle, EndTitle               Title // Name
	RotateWhy, RotateEnds, EndWhy       string
	Rotated                             Phrase // Name
	SecretEnded                         string

	Consents, NoConsents, NoConsentsTodo, Person, Since string

	Families, FamiliesLead, NoFamilies, NoFamiliesTodo string // refresh tokens
	FamilyEnded                                        string

	PreviewLead, Self, WhoIs, ACR                   string
	AccessToken, IDToken, Userinfo, NotIssued       string
	OwnClaims                                       Phrase // Name: their names
	Missing, MissingLead                            string
	WhyNotRegistered, WhyNotHeld, WhyNoOpenID       string
	WhyUserinfo, WhyUnknown, WhySource, WhyTooLarge string
	Refused                                         string
	NoPerson, PreviewScopes                         string

	ConnectLead, ForWhat, NotRan string
	ForWhatBeside, TryBeside     string            // where a secret is shown that would be lost
	Shelves                      map[string]string // the headings of docs/clients.md
	RanWith                      Phrase            // Version
	SecretNote                   string

	Try, TryWhy, TryDo, TryAgain string
	TryTitle                     Title // Name
	TryDone                      Title // Name
	TryDoneLead, TryFailed       string
	TryNot                       Title // Name

	Disable, Enable, Revoke, Delete ApplicationAct
	HasSignIns                      Plural // N in 30 days
	HasNoSignIns                    string
	Mistyped                        string
}

// ApplicationAct is something that is done with an application, and asked about before.
type ApplicationAct struct {
	Link  string
	Title Title // Name
	Why   string
	Did   string
}

var englishConsoleApplications = ConsoleApplications{
	Title: "Applications", Lead: "Programs that people sign in to through here, and programs that act for themselves.", Create: "Connect an application",

	Find: "Find by id or name", State: "State", KindIs: "Kind", Active: "Active", Disabled: "Disabled",
	Who: "Application", LastUsed: "Last used", SignIns: "Sign-ins, 30 days",
	None: "No application is found", NoneTodo: "A search finds by how any part of the id or the name begins. Take a filter away, or connect the application.", Back: "All applications",

	Web: "Web server", Browser: "Single page", Native: "Native or device", Machine: "Machine", Gate: "Protected by the gate",
	WebWhy:     "Pages are made on a server, which can keep a secret. It signs people in by the authorization code flow.",
	BrowserWhy: "All of it runs in the browser and can keep no secret. It proves itself by PKCE.",
	NativeWhy:  "It runs on a computer, a phone or in a terminal, and can keep no secret. The answer comes to an address of the device.",
	MachineWhy: "No person takes part: it proves itself with a secret and gets tokens of its own.",
	GateWhy:    "The application knows no sign-in and needs no change. The gate stands before it and lets in who may.",
	New:        "What kind of application is it?", NewLead: "The kind decides how it proves itself. Most of it can be changed later.",
	NewOf:    "Connect: {name}",
	Products: "Or a known product", ProductsLead: "The form is filled in for it, with the address left to you.",
	Guide:  "Connect {app}",
	Basics: "The application",

	Name: "Name", Home: "Home page", Logo: "Logo", Redirects: "Redirect URIs", PostLogouts: "Where to go after sign-out", Scopes: "Scopes", Audiences: "APIs", Refresh: "Keep people signed in",
	NameHint: "People read it when they sign in.", HomeHint: "Where “back to the application” leads.",
	RedirectHint:       "One address a line, each exactly as the application sends it. https, or http for localhost; no wildcards.",
	NativeRedirectHint: "One a line: http://127.0.0.1/callback, whose port may be any, or a scheme of its own such as com.example.app:/callback.",
	PostLogoutHint:     "One address a line, by the same rules.", ScopeHint: "What it may ask for.", AudienceHint: "Which APIs its tokens are for. None: this Gatehouse alone.",
	RefreshHint: "It gets refresh tokens, and asks nobody again while they live.", LogoHint: "A PNG or JPEG of up to 256 KiB and 1,024 by 1,024. It is made as small as it is shown; nothing else of the file is kept.",
	LogoFile: "Picture", SetLogo: "Use it", NoLogo: "Remove the logo", LogoNow: "As people see it", LogoSet: "The logo is changed.", LogoGone: "The logo is removed.",
	UnknownScope: "The scope {scope} means nothing here: no permission is bound to it, and people see its name alone. That is right where the application’s own API knows what it means.",
	UnknownNear:  "The scope {scope} means nothing here. Was {name} meant?",

	GateTitle: "An application behind the gate", GateLead: "It needs no client: the gate signs people in, and its route says who may pass.",
	GateTodo:     "Point the host at the gate, or at the proxy before it. The route lets in whoever is signed in and has the permission.",
	GateNoAPI:    "There is no API yet. A route asks for a permission of one: somebody who may make APIs has to add it first.",
	GateFirstAPI: "There is no API yet. A route asks for a permission of one, which is made here, too: choose a name for it and for what people do there.",
	GateAPIMade:  "The API {name} is made, and stays. The rest is not made yet.", GateGrant: "Grant the permission",
	GateMake: "Make the API and the permission if they are not there", GateMakeHint: "The API’s audience is https:// and the host. A permission that is new is nobody’s: grant it next.",
	GateInFiles: "Routes are in files, in {path}. Nothing is made here: the next page has the file to put there. The gate reads it by itself.",
	GateHost:    "Host", GateHostHint: "By which people reach it, such as app.example.com.", GateTarget: "Where it is", GateTargetHint: "http:// or https:// with a host and a port, such as http://127.0.0.1:9000. Nobody but the gate, or the proxy that asks it, should reach it.",
	GateAPIHint: "Whose permission is asked for.", GatePermission: "Permission", GatePermissionHint: "Whoever has it may pass, such as pages:read.",
	GateName: "Name of the route", GateNameHint: "Empty: as the host begins.", GateDo: "Put it behind the gate", GateShow: "Show the file",
	GateReady: "{name} is behind the gate", GateFile: "A route file for {name}", GateMade: "The upstream and the route are made.", GateToRoute: "To the route",
	GateFileLead: "The upstream and the route as a file says them, for a folder or for gatehouse apply.",
	GateProxies:  "If a proxy stands before it", GateProxiesLead: "It asks the gate, and is one of the proxies that ask: with a secret of its own.",

	Made: "{name} is connected", MadeLead: "Set these in the application. Everything but the secret stays on its page.",
	NoSecret: "It has no secret, and proves itself by PKCE.", HasKeys: "It proves itself by the private half of its keys.",
	Env: "Client secret", ToApp: "To the application", NextSteps: "Settings for the other side",
	Issuer: "Issuer", Discovery: "Discovery", Endpoints: "Addresses", AuthorizeAt: "Authorization", TokenAt: "Token", UserinfoAt: "Userinfo", JWKSAt: "Keys", LogoutAt: "Sign-out",

	Overview: "Overview", Settings: "Settings", Secrets: "Secrets", Preview: "Token preview", Connect: "Connect",
	Known: "Details", Danger: "Rarely needed",
	Created: "Created", Updated: "Changed", Auth: "Proves itself by", Consent: "Consent", Asked: "People are asked", NotAsked: "Nobody is asked",
	NoneOf: "None", Required: "Lets in",

	Refusals: "Refused requests", RefusalsLead: "What it asked for and did not get, of the last 30 days.", NoRefusals: "None. If its sign-in fails, the reason appears here a few seconds later.",
	What: "What", Received: "Received", Times: "Times", Last: "Last",
	Partial: "Its query or fragment is not shown.", AddIt: "Add this address",
	DiffSlash: "a slash at the end differs", DiffScheme: "http and https differ", DiffPort: "the port differs", DiffHost: "the host differs",
	DiffCase: "small and capital letters differ", DiffPath: "the path differs", DiffQuery: "a query is registered",
	AddTitle: "Add an address to {name}?", AddWhy: "Whoever controls this address gets the sign-ins of people who use the application.",
	AddStranger: "No registered address has this host. A stranger can have sent the request: add it only if you know that it is yours.",
	Added:       "The address is added.", Registered: "Registered",

	General: "General", SignIn: "Sign-in", Tokens: "Tokens", Told: "What it is told",
	Save: "Save", Changed: "It is changed.",
	AuthMethod: "Proves itself by", PKCE: "PKCE", Grants: "Grants", JWKS: "Public keys", RequireACR: "Strength of the sign-in",
	RequireRoles: "Required roles", RequireGroups: "Required groups", ConsentAsked: "People are asked before it gets anything", AnyPort: "Any port of localhost",
	AuthHint: "Without secret, PKCE takes its place.", PKCEHint: "Automatic: unless a nonce binds the request.", JWKSHint: "A JSON Web Key Set, for private_key_jwt.",
	RolesHint: "One a line; who lacks one is not let in.", GroupsHint: "One a line; who is not in each is not let in.",
	ConsentHint: "Leave it out for applications of the house.", AnyPortHint: "For programs on a device that say localhost instead of 127.0.0.1.", ACRHint: "aal2 is a second step, for everybody.",
	AuthAny: "A secret, however it is sent", AuthBasic: "A secret in the header", AuthPost: "A secret in the body", AuthKey: "A key (private_key_jwt)", AuthNone: "Nothing: it is public",
	PKCEAuto: "Automatic", PKCERequired: "Always", PKCEOff: "Never", ACRAny: "As the house asks",
	GrantCode: "Sign-in (authorization_code)", GrantRefresh: "Refresh tokens (refresh_token)", GrantClient: "For itself (client_credentials)",
	IDTokenAlg: "ID tokens are signed by", UserinfoAlg: "Userinfo is signed by", AccessTokenAlg: "Access tokens are signed by", TokenType: "Type of access tokens",
	AlgDefault: "Default", AlgPlain: "Not signed",
	AccessTTL: "Access tokens live", RefreshIdle: "Refresh tokens live unused", RefreshAbsolute: "Refresh tokens live at most", RefreshMode: "Refresh tokens",
	TTLHint: "Such as 5m or 8h. Empty: as configured.", RefreshRotate: "Change with each use", RefreshStatic: "Stay the same",
	IDClaims: "ID tokens have the claims of the scopes", IDClaimsHint: "For applications that do not ask userinfo.", Introspect: "May look at tokens of others", IntrospectHint: "Needs a secret.",
	Permissions: "Access tokens say of rights", PermissionsNone: "Nothing", PermissionsRoles: "Roles", PermissionsInline: "Roles and permissions", PermissionsHint: "What does not fit is left out; introspection tells all.",
	RolesClaim: "Claim for roles", RolesFormat: "Format of roles", RolesPrefix: "Before each role", RolesFilter: "Which roles",
	GroupsClaim: "Claim for groups", GroupsFormat: "Format of groups", GroupsPrefix: "Before each group", GroupsFilter: "Which groups",
	Claims: "Further claims", ClaimHint: "Such as {name} or realm_access.{name}. Empty: it is not told.", FilterHint: "One pattern a line, * is any text. None: all.", ClaimsHint: "One NAME=SOURCE a line: department=claims.department, editor=role:editor, plan=const:pro.",
	FormatList: "List", FormatString: "Text", FormatObject: "Object",

	NewSecret: "New secret", NoSecrets: "It has no secret", NoSecretsTodo: "How it proves itself is a setting.",
	Hint: "Ends with", Expires: "Ends", Never: "Until it is ended",
	EndSecret:   "End it now",
	RotateTitle: "A new secret for {name}?", EndTitle: "End this secret of {name}?",
	RotateWhy: "The newest secret goes on beside the new one until you end it, so that nothing stops. The new one is shown once.", RotateEnds: "It has two secrets: the older one ends at once.",
	EndWhy:  "Whatever still uses this secret gets no more tokens. The other secret goes on.",
	Rotated: "The new secret of {name}", SecretEnded: "The secret is ended.",

	Families: "Refresh tokens", FamiliesLead: "What it holds of people, the newest first. Each came of one sign-in, and leads to where it is ended.",
	NoFamilies: "It holds no refresh token", NoFamiliesTodo: "When somebody lets it keep them signed in, the token is listed here.", FamilyEnded: "The token is ended.",
	Consents: "Consents", NoConsents: "Nobody has allowed it anything yet", NoConsentsTodo: "Whoever agrees at their first sign-in is listed here.", Person: "Person", Since: "Since",

	PreviewLead: "What its tokens would say, made by the same steps as real ones. Nothing is signed, and nothing is issued.", Self: "The application itself", WhoIs: "Person: email or id", ACR: "Sign-in reaches",
	AccessToken: "Access token", IDToken: "ID token", Userinfo: "Userinfo", NotIssued: "There would be none.",
	OwnClaims: "Each token has these of its own besides: {name}.",
	Missing:   "What is not there", MissingLead: "Scopes and claims that somebody might look for, and why they are missing.",
	WhyNotRegistered: "The application may not ask for this scope.", WhyNotHeld: "The person, or the application for itself, may not give this scope.", WhyNoOpenID: "Without the scope openid there is no ID token and no userinfo.",
	WhyUserinfo: "It stands in userinfo only: the application does not want it in the ID token.", WhyUnknown: "Nothing is known of it.", WhySource: "It comes from a claim whose scope was not given.", WhyTooLarge: "All of it would be too large for a token; introspection tells it.",
	Refused: "There would be no token:", NoPerson: "Nobody has this address or id.", PreviewScopes: "That it asks for. None: all that it may.",

	ForWhatBeside: "Each opens beside this page, which shows the secret for the only time.", TryBeside: "Store the secret first. It opens beside this page.",
	Shelves: map[string]string{
		"Libraries of servers": "Servers", "Products": "Products", "In front of applications": "Proxies", "Libraries in the browser": "Browser", "At the terminal": "Terminal", "Programs without people": "Programs",
	},
	ConnectLead: "What to set on the other side, with the values of this application.", ForWhat: "Library or product", NotRan: "Not run by a test",
	RanWith: "Run by our tests with {version}", SecretNote: "The secret is read from OIDC_CLIENT_SECRET and stands in none of these.",

	Try: "Test sign-in", TryWhy: "You go through the sign-in and, if people are asked, the consent. The answer comes back here. No token is made. What you allow on the way stays allowed, as at any sign-in.", TryDo: "Sign in", TryAgain: "Once more",
	TryTitle: "Test the sign-in at {name}", TryDone: "The sign-in at {name} works", TryDoneLead: "You were signed in, and the answer came as it would come to the application. Its tokens would say this.", TryFailed: "The sign-in did not succeed:", TryNot: "The sign-in at {name} fails",

	Disable:    ApplicationAct{Link: "Disable", Title: "Disable the application {name}?", Why: "Nobody can sign in to it any more, and its tokens end at once. You can enable it again; what ended stays ended.", Did: "It is disabled."},
	Enable:     ApplicationAct{Link: "Enable", Title: "Enable the application {name}?", Why: "People may sign in to it again. Tokens that ended stay ended.", Did: "It is enabled."},
	Revoke:     ApplicationAct{Link: "Revoke all tokens", Title: "Revoke all tokens of {name}?", Why: "All refresh tokens and access tokens that it holds end now. Who uses it signs in to it again.", Did: "All its tokens are revoked."},
	Delete:     ApplicationAct{Link: "Delete", Title: "Delete the application {name}?", Why: "It goes for good, with its tokens, grants, consents and secrets. This cannot be undone.", Did: "The application is deleted."},
	HasSignIns: Plural{One: "{n} sign-in in the last 30 days.", Other: "{n} sign-ins in the last 30 days."}, HasNoSignIns: "No sign-in in the last 30 days.",
	Mistyped: "This is not its name.",
}

var germanConsoleApplications = ConsoleApplications{
	Title: "Anwendungen", Lead: "Programme, bei denen sich Personen über Gatehouse anmelden, und solche, die im eigenen Namen handeln.", Create: "Anwendung anbinden",

	Find: "Kennung oder Name suchen", State: "Zustand", KindIs: "Art", Active: "Aktiv", Disabled: "Deaktiviert",
	Who: "Anwendung", LastUsed: "Zuletzt benutzt", SignIns: "Anmeldungen, 30 Tage",
	None: "Keine Anwendung gefunden", NoneTodo: "Gesucht wird nach dem Anfang jedes Teils von Kennung und Name. Entfernen Sie einen Filter, oder binden Sie die Anwendung an.", Back: "Alle Anwendungen",

	Web: "Webanwendung", Browser: "Single-Page-App", Native: "Native App oder Gerät", Machine: "Maschine", Gate: "Hinter dem Gate",
	WebWhy:     "Die Seiten entstehen auf einem Server, der ein Geheimnis sicher aufbewahren kann. Er meldet Personen mit dem Autorisierungscode an.",
	BrowserWhy: "Alles läuft im Browser und kann kein Geheimnis aufbewahren. Sie weist sich durch PKCE aus.",
	NativeWhy:  "Es läuft auf einem Rechner, einem Telefon oder im Terminal und kann kein Geheimnis aufbewahren. Die Antwort kommt an eine Adresse des Geräts.",
	MachineWhy: "Keine Person ist beteiligt: Sie weist sich mit einem Geheimnis aus und erhält eigene Tokens.",
	GateWhy:    "Die Anwendung hat keine eigene Anmeldung und muss nicht geändert werden. Das Gate steht davor und lässt ein, wer darf.",
	New:        "Welche Art von Anwendung ist es?", NewLead: "Die Art entscheidet, wie sie sich ausweist. Das meiste lässt sich später ändern.",
	NewOf:    "Anbinden: {name}",
	Products: "Oder ein bekanntes Produkt", ProductsLead: "Das Formular ist dafür ausgefüllt, nur die Adresse fehlt.",
	Guide:  "{app} anbinden",
	Basics: "Die Anwendung",

	Name: "Name", Home: "Startseite", Logo: "Logo", Redirects: "Rücksprung\u00adadressen", PostLogouts: "Ziel nach der Abmeldung", Scopes: "Scopes", Audiences: "APIs", Refresh: "Angemeldet bleiben",
	NameHint: "Er steht auf der Anmeldeseite.", HomeHint: "Dorthin führt „Zurück zur Anwendung“.",
	RedirectHint:       "Eine Adresse je Zeile, genau wie die Anwendung sie sendet. https, oder http für localhost; keine Platzhalter.",
	NativeRedirectHint: "Eine je Zeile: http://127.0.0.1/callback, deren Port beliebig ist, oder ein eigenes Schema wie com.example.app:/callback.",
	PostLogoutHint:     "Eine Adresse je Zeile, nach denselben Regeln.", ScopeHint: "Was sie anfordern darf.", AudienceHint: "Für welche APIs ihre Tokens sind. Keine: nur für dieses Gatehouse.",
	RefreshHint: "Sie erhält Refresh-Tokens, und niemand muss sich neu anmelden, solange sie gelten.", LogoHint: "Ein PNG oder JPEG bis 256\u00a0KiB und 1.024 mal 1.024. Es wird auf die Anzeigegröße verkleinert; vom Rest der Datei bleibt nichts.",
	LogoFile: "Bild", SetLogo: "Verwenden", NoLogo: "Logo entfernen", LogoNow: "So sehen es Personen", LogoSet: "Das Logo ist geändert.", LogoGone: "Das Logo ist entfernt.",
	UnknownScope: "Der Scope {scope} bedeutet hier nichts: Keine Berechtigung ist an ihn gebunden, und Personen sehen nur seinen Namen. Das ist richtig, wenn die eigene API der Anwendung ihn kennt.",
	UnknownNear:  "Der Scope {scope} bedeutet hier nichts. War {name} gemeint?",

	GateTitle: "Eine Anwendung hinter dem Gate", GateLead: "Sie braucht keinen Client: Das Gate meldet an, und seine Route sagt, wer passieren darf.",
	GateTodo:     "Richten Sie den Host auf das Gate oder auf den Proxy davor. Die Route lässt ein, wer angemeldet ist und die Berechtigung hat.",
	GateNoAPI:    "Es gibt noch keine API. Eine Route verlangt eine Berechtigung von einer: Jemand, der APIs anlegen darf, muss sie zuerst anlegen.",
	GateFirstAPI: "Es gibt noch keine API. Eine Route verlangt eine Berechtigung von einer; sie wird hier mit angelegt: Wählen Sie einen Namen für sie und für das, was man dort tut.",
	GateAPIMade:  "Die API {name} ist angelegt und bleibt. Alles andere ist noch nicht angelegt.", GateGrant: "Berechtigung zuweisen",
	GateMake: "API und Berechtigung anlegen, wenn es sie nicht gibt", GateMakeHint: "Audience der API ist https:// und der Hostname. Eine neue Berechtigung hat noch niemand: Weisen Sie sie danach zu.",
	GateInFiles: "Routen stehen in Dateien, in {path}. Hier entsteht nichts: Die nächste Seite zeigt die Datei, die dorthin gehört. Das Gate liest sie von selbst.",
	GateHost:    "Hostname", GateHostHint: "Unter dem man sie erreicht, etwa app.example.com.", GateTarget: "Wo sie läuft", GateTargetHint: "http:// oder https:// mit Rechnernamen und Port, etwa http://127.0.0.1:9000. Nur das Gate, oder der Proxy, der es fragt, sollte sie erreichen.",
	GateAPIHint: "Deren Berechtigung verlangt wird.", GatePermission: "Berechtigung", GatePermissionHint: "Wer sie hat, darf passieren, etwa pages:read.",
	GateName: "Bezeichnung der Route", GateNameHint: "Leer: wie der Host beginnt.", GateDo: "Hinter das Gate stellen", GateShow: "Datei zeigen",
	GateReady: "{name} steht hinter dem Gate", GateFile: "Eine Routendatei für {name}", GateMade: "Upstream und Route sind angelegt.", GateToRoute: "Zur Route",
	GateFileLead: "Upstream und Route, wie eine Datei sie beschreibt, für einen Ordner oder für gatehouse apply.",
	GateProxies:  "Wenn ein Proxy davorsteht", GateProxiesLead: "Er fragt das Gate und ist einer der fragenden Proxys: mit einem eigenen Geheimnis.",

	Made: "{name} ist angebunden", MadeLead: "Stellen Sie dies in der Anwendung ein. Alles außer dem Geheimnis bleibt auf ihrer Seite stehen.",
	NoSecret: "Sie hat kein Geheimnis und weist sich durch PKCE aus.", HasKeys: "Sie weist sich durch die private Hälfte ihrer Schlüssel aus.",
	Env: "Geheimnis des Clients", ToApp: "Zur Anwendung", NextSteps: "Einstellungen in der Anwendung",
	Issuer: "Issuer", Discovery: "Discovery", Endpoints: "Adressen", AuthorizeAt: "Autorisierung", TokenAt: "Token", UserinfoAt: "Userinfo", JWKSAt: "Schlüssel", LogoutAt: "Abmeldung",

	Overview: "Übersicht", Settings: "Einstellungen", Secrets: "Geheimnisse", Preview: "Token-Vorschau", Connect: "Anbinden",
	Known: "Details", Danger: "Selten nötig",
	Created: "Angelegt", Updated: "Geändert", Auth: "Weist sich aus durch", Consent: "Zustimmung", Asked: "Personen werden gefragt", NotAsked: "Niemand wird gefragt",
	NoneOf: "Keine", Required: "Lässt ein",

	Refusals: "Abgewiesene Anfragen", RefusalsLead: "Was sie in den letzten 30 Tagen angefordert und nicht bekommen hat.", NoRefusals: "Keine. Scheitert ihre Anmeldung, steht der Grund nach wenigen Sekunden hier.",
	What: "Was", Received: "Empfangen", Times: "Anzahl", Last: "Zuletzt",
	Partial: "Query und Fragment werden nicht gezeigt.", AddIt: "Diese Adresse hinzufügen",
	DiffSlash: "ein Schrägstrich am Ende ist anders", DiffScheme: "http und https sind vertauscht", DiffPort: "der Port ist anders", DiffHost: "der Host ist anders",
	DiffCase: "Groß- und Kleinschreibung ist anders", DiffPath: "der Pfad ist anders", DiffQuery: "eine Query ist eingetragen",
	AddTitle: "{name} eine Adresse hinzufügen?", AddWhy: "Wer diese Adresse kontrolliert, erhält die Anmeldungen aller, die die Anwendung benutzen.",
	AddStranger: "Keine eingetragene Adresse hat diesen Host. Die Anfrage kann von Fremden stammen: Fügen Sie sie nur hinzu, wenn Sie wissen, dass sie Ihnen gehört.",
	Added:       "Die Adresse ist hinzugefügt.", Registered: "Eingetragen",

	General: "Allgemein", SignIn: "Anmeldung", Tokens: "Tokens", Told: "Claims",
	Save: "Speichern", Changed: "Die Änderung ist gespeichert.",
	AuthMethod: "Weist sich aus durch", PKCE: "PKCE", Grants: "Grants", JWKS: "Öffentliche Schlüssel", RequireACR: "Stärke der Anmeldung",
	RequireRoles: "Nötige Rollen", RequireGroups: "Nötige Gruppen", ConsentAsked: "Personen werden gefragt, bevor sie etwas erhält", AnyPort: "Jeder Port von localhost",
	AuthHint: "Ohne Geheimnis tritt PKCE an dessen Stelle.", PKCEHint: "Automatisch: nötig, außer wenn eine Nonce die Anfrage bindet.", JWKSHint: "Ein JSON Web Key Set, für private_key_jwt.",
	RolesHint: "Eine je Zeile; wem eine fehlt, wird nicht eingelassen.", GroupsHint: "Eine je Zeile; wer nicht in jeder ist, wird nicht eingelassen.",
	ConsentHint: "Bei eigenen Anwendungen kann das entfallen.", AnyPortHint: "Für Programme auf Geräten, die localhost statt 127.0.0.1 sagen.", ACRHint: "aal2 verlangt von allen einen zweiten Faktor.",
	AuthAny: "Geheimnis, beliebig übertragen", AuthBasic: "Geheimnis im Header (client_secret_basic)", AuthPost: "Geheimnis im Body (client_secret_post)", AuthKey: "Schlüssel (private_key_jwt)", AuthNone: "Keine: öffentlicher Client",
	PKCEAuto: "Automatisch", PKCERequired: "Immer", PKCEOff: "Nie", ACRAny: "Wie allgemein verlangt",
	GrantCode: "Anmeldung (authorization_code)", GrantRefresh: "Refresh-Token (refresh_token)", GrantClient: "Für sich selbst (client_credentials)",
	IDTokenAlg: "ID-Tokens werden signiert mit", UserinfoAlg: "Userinfo wird signiert mit", AccessTokenAlg: "Access-Tokens werden signiert mit", TokenType: "Typ der Access-Tokens",
	AlgDefault: "Vorgabe", AlgPlain: "Nicht signiert",
	AccessTTL: "Access-Tokens gelten", RefreshIdle: "Refresh-Tokens gelten unbenutzt", RefreshAbsolute: "Refresh-Tokens gelten höchstens", RefreshMode: "Refresh-Tokens",
	TTLHint: "Etwa 5m oder 8h. Leer: wie konfiguriert.", RefreshRotate: "Wechseln bei jeder Benutzung", RefreshStatic: "Bleiben gleich",
	IDClaims: "ID-Tokens enthalten die Claims der Scopes", IDClaimsHint: "Für Anwendungen, die Userinfo nicht abrufen.", Introspect: "Darf fremde Tokens prüfen (Introspection)", IntrospectHint: "Braucht ein Geheimnis.",
	Permissions: "Rechte in Access-Tokens", PermissionsNone: "Nichts", PermissionsRoles: "Rollen", PermissionsInline: "Rollen und Berechtigungen", PermissionsHint: "Was nicht hineinpasst, fehlt; die Introspection sagt alles.",
	RolesClaim: "Claim für Rollen", RolesFormat: "Format der Rollen", RolesPrefix: "Vor jeder Rolle", RolesFilter: "Welche Rollen",
	GroupsClaim: "Claim für Gruppen", GroupsFormat: "Format der Gruppen", GroupsPrefix: "Vor jeder Gruppe", GroupsFilter: "Welche Gruppen",
	Claims: "Weitere Claims", ClaimHint: "Etwa {name} oder realm_access.{name}. Leer: sie erfährt nichts davon.", FilterHint: "Ein Muster je Zeile, * ist beliebiger Text. Keines: alle.", ClaimsHint: "Je Zeile NAME=QUELLE: department=claims.department, editor=role:editor, plan=const:pro.",
	FormatList: "Liste", FormatString: "Text", FormatObject: "Objekt",

	NewSecret: "Neues Geheimnis", NoSecrets: "Sie hat kein Geheimnis", NoSecretsTodo: "Wie sie sich ausweist, ist eine Einstellung.",
	Hint: "Endet mit", Expires: "Gültig bis", Never: "Bis es beendet wird",
	EndSecret:   "Jetzt beenden",
	RotateTitle: "Ein neues Geheimnis für {name}?", EndTitle: "Dieses Geheimnis von {name} beenden?",
	RotateWhy: "Das jüngste Geheimnis gilt neben dem neuen weiter, bis Sie es beenden; nichts steht still. Das neue wird einmal gezeigt.", RotateEnds: "Sie hat zwei Geheimnisse: Das ältere endet sofort.",
	EndWhy:  "Was dieses Geheimnis noch benutzt, erhält keine Tokens mehr. Das andere gilt weiter.",
	Rotated: "Das neue Geheimnis von {name}", SecretEnded: "Das Geheimnis ist beendet.",

	Families: "Refresh-Tokens", FamiliesLead: "Was sie von Personen hat, das Neueste zuerst. Jedes entstand aus einer Anmeldung und führt dorthin, wo man es beendet.",
	NoFamilies: "Sie hat kein Refresh-Token", NoFamiliesTodo: "Lässt jemand sich von ihr angemeldet halten, steht das Token hier.", FamilyEnded: "Das Token ist beendet.",
	Consents: "Zustimmungen", NoConsents: "Noch hat ihr niemand etwas erlaubt", NoConsentsTodo: "Wer bei der ersten Anmeldung zustimmt, steht hier.", Person: "Person", Since: "Seit",

	PreviewLead: "Was ihre Tokens sagen würden, ermittelt wie bei echten. Nichts wird signiert oder ausgestellt.", Self: "Die Anwendung selbst", WhoIs: "Person: E-Mail-Adresse oder Kennung", ACR: "Die Anmeldung erreicht",
	AccessToken: "Access-Token", IDToken: "ID-Token", Userinfo: "Userinfo", NotIssued: "Es gäbe keines.",
	OwnClaims: "Jedes Token hat außerdem seine eigenen: {name}.",
	Missing:   "Was nicht dabei ist", MissingLead: "Scopes und Claims, die man suchen könnte, und warum sie fehlen.",
	WhyNotRegistered: "Die Anwendung darf diesen Scope nicht anfordern.", WhyNotHeld: "Die Person, oder die Anwendung für sich selbst, darf diesen Scope nicht erteilen.", WhyNoOpenID: "Ohne den Scope openid gibt es weder ID-Token noch Userinfo.",
	WhyUserinfo: "Er steht nur in Userinfo: Die Anwendung will ihn nicht im ID-Token.", WhyUnknown: "Dazu ist nichts bekannt.", WhySource: "Er kommt von einem Claim, dessen Scope nicht gegeben wurde.", WhyTooLarge: "Alles zusammen wäre für ein Token zu groß; die Introspection sagt es.",
	Refused: "Es gäbe kein Token:", NoPerson: "Niemand hat diese Adresse oder Kennung.", PreviewScopes: "Die sie anfordert. Keiner: alle, die sie anfordern darf.",

	ForWhatBeside: "Jedes öffnet sich in einem eigenen Tab: Diese Seite zeigt das Geheimnis nur dieses eine Mal.", TryBeside: "Speichern Sie zuerst das Geheimnis. Es öffnet sich ein eigener Tab.",
	Shelves: map[string]string{
		"Libraries of servers": "Server", "Products": "Produkte", "In front of applications": "Proxys", "Libraries in the browser": "Im Browser", "At the terminal": "Am Terminal", "Programs without people": "Programme",
	},
	ConnectLead: "Was in der Anwendung einzustellen ist, mit ihren Werten.", ForWhat: "Bibliothek oder Produkt", NotRan: "Nicht von unseren Tests ausgeführt",
	RanWith: "Von unseren Tests ausgeführt mit {version}", SecretNote: "Das Geheimnis wird aus OIDC_CLIENT_SECRET gelesen und steht in keinem dieser Texte.",

	Try: "Anmeldung testen", TryWhy: "Sie durchlaufen die Anmeldung und, wenn gefragt wird, die Zustimmung. Die Antwort kommt hierher zurück. Kein Token entsteht. Was Sie unterwegs erlauben, bleibt erlaubt, wie bei jeder Anmeldung.", TryDo: "Anmelden", TryAgain: "Noch einmal",
	TryTitle: "Die Anmeldung bei {name} testen", TryDone: "Die Anmeldung bei {name} funktioniert", TryDoneLead: "Sie wurden angemeldet, und die Antwort kam, wie sie zur Anwendung käme. Ihre Tokens würden dies sagen.", TryFailed: "Die Anmeldung gelang nicht:", TryNot: "Die Anmeldung bei {name} scheitert",

	Disable:    ApplicationAct{Link: "Deaktivieren", Title: "Die Anwendung {name} deaktivieren?", Why: "Niemand kann sich mehr bei ihr anmelden, und ihre Tokens enden sofort. Sie können sie wieder aktivieren; was beendet ist, bleibt beendet.", Did: "Die Anwendung ist deaktiviert."},
	Enable:     ApplicationAct{Link: "Aktivieren", Title: "Die Anwendung {name} aktivieren?", Why: "Man kann sich wieder bei ihr anmelden. Beendete Tokens bleiben beendet.", Did: "Die Anwendung ist aktiviert."},
	Revoke:     ApplicationAct{Link: "Alle Tokens widerrufen", Title: "Alle Tokens von {name} widerrufen?", Why: "Alle Refresh-Tokens und Access-Tokens, die sie hat, enden jetzt. Wer sie benutzt, meldet sich dort erneut an.", Did: "Alle ihre Tokens sind widerrufen."},
	Delete:     ApplicationAct{Link: "Löschen", Title: "Die Anwendung {name} löschen?", Why: "Sie verschwindet endgültig, mit Tokens, Zuweisungen, Zustimmungen und Geheimnissen. Das lässt sich nicht rückgängig machen.", Did: "Die Anwendung ist gelöscht."},
	HasSignIns: Plural{One: "{n}\u00a0Anmeldung in den letzten 30\u00a0Tagen.", Other: "{n}\u00a0Anmeldungen in den letzten 30\u00a0Tagen."}, HasNoSignIns: "Keine Anmeldung in den letzten 30\u00a0Tagen.",
	Mistyped: "Das ist nicht ihr Name.",
}
