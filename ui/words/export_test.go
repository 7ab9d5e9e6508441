package words

// Written returns the languages besides English as they are written, before what they
// lack is filled in.
func Written() []Catalogue { return []Catalogue{german} }
