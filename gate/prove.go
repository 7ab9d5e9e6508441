package gate

// Files are those that the set names besides its own: what edges show, who is trusted with
// certificates, and secrets. One may be there twice.
func (s *Set) Files() (names []string) {
	add := func(files ...string) {
		for _, name := range files {
			if name != "" {
				names = append(names, name)
			}
		}
	}
	for _, e := range s.edges {
		add(e.SecretFile, e.CertificateFile)
	}
	for _, i := range s.issuers {
		add(i.CAFile)
		if i.Introspection != nil {
			add(i.Introspection.SecretFile)
		}
	}
	for _, a := range s.authorities {
		add(a.CAFile)
	}
	return names
}

// Prove has the set know its edges, issuers and authorities, by what read says is in their
// files. It is called once, before anybody asks the set; until then none of them is known.
// Its error names the file.
func (s *Set) Prove(read func(file string) ([]byte, error)) error {
	for _, e := range s.edges {
		if err := e.prove(read); err != nil {
			return err
		}
	}
	for _, i := range s.issuers {
		if err := i.prove(read); err != nil {
			return err
		}
	}
	for _, a := range s.authorities {
		if err := a.prove(read); err != nil {
			return err
		}
	}
	return nil
}
