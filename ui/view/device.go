package account

import (
	"strings"

	"gatehouse/ui/words"
)

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

// device is what a User-Agent stands for; "" is what it does not tell. It is a
// help to recognise a session, and proves nothing.
type device struct{ browser, system string }

func deviceOf(agent string) device { return device{find(browsers, agent), find(systems, agent)} }

// name says which device it is, as in "Firefox on Linux".
func (d device) name(say *words.Catalogue) string {
	switch {
	case d.browser != "" && d.system != "":
		return say.Sessions.Device.Fill(words.Browser.Is(d.browser), words.System.Is(d.system))
	case d.browser != "":
		return d.browser
	case d.system != "":
		return say.Sessions.SomeBrowser.With(words.System, d.system)
	}
	return say.Sessions.Unknown
}

// handheld reports whether it is a phone or a tablet.
func (d device) handheld() bool {
	return d.system == "Android" || d.system == "iPhone" || d.system == "iPad"
}

func find(marks []mark, agent string) string {
	for _, m := range marks {
		if strings.Contains(agent, m.word) {
			return m.name
		}
	}
	return ""
}
