package house

import (
	"gatehouse/access"
	"gatehouse/config/manifest"
	"gatehouse/gate"
	"gatehouse/proxy"
)

// compiler makes sets of routes that may have conditions.
var compiler = gate.Compiler{Conditions: func(text string) (gate.Condition, error) {
	e, err := access.ParseExpression(text)
	if err != nil {
		return nil, err
	}
	return e, nil
}}

// compilerOfStored makes sets of routes that are kept in the database: whoever may write
// those reaches no more than the configuration lets them.
func compilerOfStored(c gate.Config) gate.Compiler {
	k := compiler
	networks, _ := c.Networks() // validated with the configuration
	k.Reach = gate.Only(networks)
	return k
}

func readCandidate(files []manifest.File) (*candidate, error) {
	m, err := manifest.ReadRoutes(files)
	if err != nil {
		return nil, err
	}
	set, err := compiler.Compile(m.Gate)
	if err != nil {
		return nil, m.Locate(err)
	}
	return &candidate{set: set, located: m.Locate}, nil
}

// ReadRoutes makes routes of files. What is wrong with them is a *manifest.Error, with
// where it stands.
func ReadRoutes(files []manifest.File) (*gate.Set, error) {
	one, err := readCandidate(files)
	if err != nil {
		return nil, err
	}
	return one.set, nil
}

// TestRoutes is ReadRoutes of files whose tests hold by a policy, and which name files that
// can be used: secrets, certificates and authorities are read, as a server that starts does.
// What does not hold is a *manifest.Error too.
func TestRoutes(files []manifest.File, s *access.Snapshot) (*gate.Set, error) {
	one, err := readCandidate(files)
	if err != nil {
		return nil, err
	}
	if err := one.set.Prove(readProof); err != nil {
		return nil, err
	}
	return one.set, one.located(proxy.Try(one.set, s))
}
