package words

// englishLimits are what is wrong with a value of a setting.
var englishLimits = itself(
	"is {seen}; it must be between {least} and {since}",
	"is {seen}; it must not be longer than session.absolute, which is {since}",
	"is {seen}; it must not be longer than tokens.refresh_absolute, which is {since}",
	"is {seen}; it must be at least {least}, or 0 to keep events forever",
	`must be "administrators", "everybody" or "nobody"`,
	"holds characters that are no text",
	"must be an address that begins with https:// or mailto:",
	"must be 1 to 40 printable characters, without a colon, and with no space at either end",
	`is no colour; write six hexadecimal digits, like "#3156b8"`,
	`may be set to "nobody" only in the file, by a variable or by a flag`,
	`is not a duration; write a number and a unit, like "90s", "5m", "12h" or "30d"`,
	"is longer than any duration can be",
	"is longer than a setting may be",
	"does not fit the rest: {name} {problem}",
	`is not a whole number; write one like "16"`,
)

// germanLimits are in the order of englishLimits.
var germanLimits = map[Phrase]Phrase{
	"is {seen}; it must be between {least} and {since}":                                      "ist {seen}; möglich sind {least} bis {since}",
	"is {seen}; it must not be longer than session.absolute, which is {since}":               "ist {seen}, darf aber nicht länger sein als session.absolute ({since})",
	"is {seen}; it must not be longer than tokens.refresh_absolute, which is {since}":        "ist {seen}, darf aber nicht länger sein als tokens.refresh_absolute ({since})",
	"is {seen}; it must be at least {least}, or 0 to keep events forever":                    "ist {seen}; es müssen mindestens {least} sein, oder 0, um Ereignisse für immer aufzubewahren",
	`must be "administrators", "everybody" or "nobody"`:                                      "muss „administrators“, „everybody“ oder „nobody“ sein",
	"holds characters that are no text":                                                      "enthält Zeichen, die kein Text sind",
	"must be an address that begins with https:// or mailto:":                                "muss eine Adresse sein, die mit https:// oder mailto: beginnt",
	"must be 1 to 40 printable characters, without a colon, and with no space at either end": "muss aus 1 bis 40 druckbaren Zeichen bestehen, ohne Doppelpunkt und ohne Leerzeichen am Anfang oder Ende",
	`is no colour; write six hexadecimal digits, like "#3156b8"`:                             "ist keine Farbe; schreiben Sie sechs hexadezimale Ziffern wie #3156b8",
	`may be set to "nobody" only in the file, by a variable or by a flag`:                    "lässt sich nur in der Datei, durch eine Variable oder ein Flag auf „nobody“ setzen",
	`is not a duration; write a number and a unit, like "90s", "5m", "12h" or "30d"`:         "ist keine Dauer; schreiben Sie eine Zahl mit Einheit, etwa 90s, 5m, 12h oder 30d",
	"is longer than any duration can be":                                                     "ist länger, als eine Dauer sein kann",
	"is longer than a setting may be":                                                        "ist länger, als eine Einstellung sein darf",
	"does not fit the rest: {name} {problem}":                                                "passt nicht zum Rest: {name} {problem}",
	`is not a whole number; write one like "16"`:                                             "ist keine ganze Zahl; schreiben Sie etwa 16",
}
