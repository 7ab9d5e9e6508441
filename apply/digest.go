package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// digestOf is the hash of what a plan does. Each text in it stands behind its length, so
// that no two plans are written in the same way.
func digestOf(p *Plan) string {
	sum, line := sha256.New(), make([]byte, 0, 1024)
	say := func(text string) { line = append(append(strconv.AppendInt(line, int64(len(text)), 10), ' '), text...) }
	say(p.Set)
	for _, c := range p.Changes {
		for _, text := range []string{string(c.Action), string(c.Kind), c.ID, strconv.Itoa(len(c.Fields))} {
			say(text)
		}
		for _, f := range c.Fields {
			say(f.Name)
			say(string(f.Before))
			say(string(f.After))
		}
		sum.Write(line)
		line = line[:0]
	}
	sum.Write(line)
	return hex.EncodeToString(sum.Sum(nil))
}
