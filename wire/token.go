package wire

// DecodedToken is a token as whoever holds it can read it.
type DecodedToken struct {
	Signature string         `json:"signature"` // one of the constants
	Why       string         `json:"why"`       // for people
	Header    map[string]any `json:"header"`
	Payload   map[string]any `json:"payload"`
}

// What is known of a token's signature.
const (
	SignatureGood      = "good"
	SignatureBad       = "bad"
	SignatureUnchecked = "not checked"
)
