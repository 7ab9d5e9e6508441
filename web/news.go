package web

// PathNews is where a server is asked, on the internal listener, to read what was changed
// beside it; its parameter "nonce" is of up to MaxNonce bytes.
const (
	PathNews = "/debug/news"
	MaxNonce = 64
)

// News is what a server answers there, once it has read all there is.
type News struct {
	Same   []byte `json:"same"`           // shows that it is of the same house (house.Same)
	Policy uint64 `json:"policy_version"` // by which it decides
}
