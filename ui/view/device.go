package view

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

// Device is what a User-Agent stands for; "" is what it does not tell. It is a
// help to recognise a session, and proves nothing.
type Device struct{ Browser, System string }

// DeviceOf reads a User-Agent.
func DeviceOf(agent string) Device { return Device{find(browsers, agent), find(systems, agent)} }

// Name says which device it is, as in "Firefox on Linux".
func (d Device) Name(say *words.Catalogue) string {
	switch {
	case d.Browser != "" && d.System != "":
		return say.Sessions.Device.Fill(words.Browser.Is(d.Browser), words.System.Is(d.System))
	case d.Browser != "":
		return d.Browser
	case d.System != "":
		return say.Sessions.SomeBrowser.With(words.System, d.System)
	}
	return say.Sessions.Unknown
}

// Handheld reports whether it is a phone or a tablet.
func (d Device) Handheld() bool {
	return d.System == "Android" || d.System == "iPhone" || d.System == "iPad"
}

func find(marks []mark, agent string) string {
	for _, m := range marks {
		if strings.Contains(agent, m.word) {
			return m.name
		}
	}
	return ""
}
