package account

import "strings"

// mark is a word in a User-Agent and what it stands for. Browsers claim to be
// their elders, so the first mark that is found counts.
type mark struct{ word, name string }

var browsers = []mark{
	{"Edg", "Edge"},
	{"OPR/", "Opera"},
	{"SamsungBrowser/", "Samsung Internet"},
	{"Firefox/", "Firefox"},
	{"FxiOS/", "Firefox"},
	{"CriOS/", "Chrome"},
	{"Chromium/", "Chromium"},
	{"Chrome/", "Chrome"},
	{"Safari/", "Safari"},
}

var systems = []mark{
	{"Android", "Android"},
	{"iPhone", "iPhone"},
	{"iPad", "iPad"},
	{"Windows", "Windows"},
	{"CrOS", "ChromeOS"},
	{"Mac OS X", "macOS"},
	{"Linux", "Linux"},
}

// device says what a User-Agent stands for, as in "Firefox on Linux". It is a
// help to recognise a session, and proves nothing.
func device(agent string) string {
	browser, system := find(browsers, agent), find(systems, agent)
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "":
		return browser
	case system != "":
		return "A browser on " + system
	}
	return "Another program"
}

func find(marks []mark, agent string) string {
	for _, m := range marks {
		if strings.Contains(agent, m.word) {
			return m.name
		}
	}
	return ""
}
