package words

// ConsoleHealth are the pages about how this Gatehouse is.
type ConsoleHealth struct {
	Title, ConfigTitle   Title
	Lead                 string
	State, Configuration string // tabs
	Bundle, BundleWhat   string // a link to a file, and what is in it
	NotReady             string // an alert

	Checks                                             string // a head
	Store, Write, Keys, Snapshot, Policy, Serving      string // what is checked
	Clock, Folder, Routes, Permissions, Redis, Seal    string
	Settings, Audit, Certificates                      string
	Server, ServerLead, Version, Started, Time, Sealed string // heads and facts
	RedisShared, RedisAway, RedisNone                  string
	Database, Engine, Schema, Answers, Size, Free      string
	Growth, Lasts, Years                               string
	Millis                                             Phrase // N
	PerDay                                             Plural // Name of a size, N days
	ForDays                                            Plural
	Sizes                                              [5]Phrase // N bytes, and thousands of them up to the fourth
	Point                                              string    // between whole numbers and tenths

	Came, CameLead          string // how the visitor's request came
	Direct                  string
	ByProxy, Untrusted      Phrase // Host: an address
	UntrustedTodo           string
	Secure, Insecure, Local string
	InsecureTodo            string
	Host                    Phrase // Host
	OtherHost               Phrase // Host, Issuer

	Which, OnlySet string // a filter
}

var englishConsoleHealth = ConsoleHealth{
	Title: "Health", ConfigTitle: "Configuration",
	Lead:  "How this server is, and what all of them share.",
	State: "State", Configuration: "Configuration",
	Bundle: "Download support file", BundleWhat: "The file for support has what is shown here, the configuration without secrets, figures of a fortnight, and the states of the keys. No secret is in it, and nobody’s name or address.",
	NotReady: "This server should get no requests now.",

	Checks: "Checks",
	Store:  "The database answers", Write: "The database takes changes", Keys: "Signing keys", Snapshot: "Clients and revocations are known", Policy: "Who may do what is known", Serving: "Requests are taken",
	Clock: "The clocks agree", Folder: "The files that are applied", Routes: "The routes of the gate", Permissions: "Permissions that routes ask for", Redis: "Redis", Seal: "The seal of the audit log",
	Settings: "Settings in the database", Audit: "The audit log is what was recorded", Certificates: "Client certificates that routes ask for",
	Server: "Server", ServerLead: "Of this process alone.", Version: "Version", Started: "Runs since", Time: "Its time", Sealed: "Sealed events",
	RedisShared: "Limits are shared", RedisAway: "Does not answer", RedisNone: "Not used",
	Database: "Database", Engine: "Kind", Schema: "Schema", Answers: "Answers in", Size: "Size", Free: "Free on its disk",
	Growth: "Growth", Lasts: "The disk lasts", Years: "ten years and more",
	Millis:  "{n} ms",
	PerDay:  Plural{One: "{name} a day, since yesterday", Other: "{name} a day, over {n} days"},
	ForDays: Plural{One: "{n} day", Other: "{n} days"},
	Sizes:   [5]Phrase{"{n} B", "{n} kB", "{n} MB", "{n} GB", "{n} TB"},
	Point:   ".",

	Came: "How you came here", CameLead: "What this server saw of your own request.",
	Direct:        "Your browser connected to this server itself",
	ByProxy:       "A proxy at {host} passed you on, and is trusted to say from where",
	Untrusted:     "A proxy at {host} says from where you come, and is not trusted",
	UntrustedTodo: "Everybody seems to come from that address. Set trusted_proxies to the network of the proxy.",
	Secure:        "Over https", Insecure: "Not over https, as far as this server can tell", Local: "Without https, as the issuer says",
	InsecureTodo: "Let the proxy send X-Forwarded-Proto: https.",
	Host:         "To {host}, the host of the issuer", OtherHost: "To {host}, but the issuer is {issuer}",

	Which: "Show", OnlySet: "Only what is set",
}

var germanConsoleHealth = ConsoleHealth{
	Title: "Zustand", ConfigTitle: "Konfiguration",
	Lead:  "Der Zustand dieses Servers und dessen, was alle Server gemeinsam nutzen.",
	State: "Status", Configuration: "Konfiguration",
	Bundle: "Support-Datei herunterladen", BundleWhat: "Die Support-Datei enthält, was hier steht, die Konfiguration ohne Geheimnisse, Kennzahlen von zwei Wochen und den Zustand der Schlüssel. Geheimnisse, Namen und Adressen stehen nicht darin.",
	NotReady: "Dieser Server ist nicht bereit: Er sollte gerade keine Anfragen bekommen.",

	Checks: "Prüfungen",
	Store:  "Die Datenbank antwortet", Write: "Die Datenbank nimmt Änderungen an", Keys: "Signatur\u00adschlüssel", Snapshot: "Anwendungen und Widerrufe sind aktuell", Policy: "Berechtigungen sind aktuell", Serving: "Anfragen werden angenommen",
	Clock: "Die Uhren stimmen überein", Folder: "Angewandte Dateien", Routes: "Routen des Gates", Permissions: "Berechtigungen, die Routen verlangen", Redis: "Redis", Seal: "Siegel des Audit-Protokolls",
	Settings: "Einstellungen in der Datenbank", Audit: "Das Audit-Protokoll ist unverändert", Certificates: "Client-Zertifikate, die Routen verlangen",
	Server: "Serverprozess", ServerLead: "Nur von diesem Prozess.", Version: "Version", Started: "Läuft seit", Time: "Serverzeit", Sealed: "Versiegelte Ereignisse",
	RedisShared: "Limits gelten gemeinsam", RedisAway: "Antwortet nicht", RedisNone: "Nicht verwendet",
	Database: "Datenbank", Engine: "System", Schema: "Schemaversion", Answers: "Antwortzeit", Size: "Größe", Free: "Freier Speicherplatz",
	Growth: "Wachstum", Lasts: "Speicherplatz reicht", Years: "zehn Jahre und länger",
	Millis:  "{n}\u00a0ms",
	PerDay:  Plural{One: "{name} am Tag, seit gestern", Other: "{name} am Tag, über {n}\u00a0Tage"},
	ForDays: Plural{One: "{n}\u00a0Tag", Other: "{n}\u00a0Tage"},
	Sizes:   [5]Phrase{"{n}\u00a0B", "{n}\u00a0kB", "{n}\u00a0MB", "{n}\u00a0GB", "{n}\u00a0TB"},
	Point:   ",",

	Came: "Ihre Verbindung", CameLead: "Was dieser Server von Ihrer eigenen Anfrage sieht.",
	Direct:        "Ihr Browser hat sich selbst mit diesem Server verbunden",
	ByProxy:       "Ein Proxy unter {host} leitet Sie weiter; seine Angabe, woher Sie kommen, gilt",
	Untrusted:     "Ein Proxy unter {host} gibt an, woher Sie kommen; seine Angabe gilt nicht",
	UntrustedTodo: "Alle scheinen von dieser Adresse zu kommen. Setzen Sie trusted_proxies auf das Netz des Proxys.",
	Secure:        "Über https", Insecure: "Nicht über https, soweit dieser Server das erkennt", Local: "Ohne https, wie der Issuer es vorsieht",
	InsecureTodo: "Lassen Sie den Proxy X-Forwarded-Proto: https senden.",
	Host:         "An {host}, den Host des Issuers", OtherHost: "An {host}, doch der Issuer ist {issuer}",

	Which: "Anzeigen", OnlySet: "Nur was gesetzt ist",
}
