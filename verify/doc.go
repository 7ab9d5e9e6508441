// Package verify is what an API imports that takes the access tokens of a
// Gatehouse: it says whether a token is good, what its caller may do, and how to
// answer when it is not enough.
//
// A [Verifier] reads the issuer's metadata and keys by itself, keeps them through
// rotation and outage, and checks tokens after RFC 9068 without asking anybody.
// Its middlewares protect a net/http handler:
//
//	v, err := verify.New(verify.Config{
//		Issuer: "https://id.example.com", Audience: "https://shop.example.test", API: "shop",
//	})
//	mux.Handle("GET /orders", v.RequirePermission("orders:read")(list))
//
// A signature says nothing of what happened since. With [Config.Feed] the verifier
// follows the issuer's revocation feed and refuses within a second what ended
// early: a session, a grant, a person, a key. With ClientID and ClientSecret it can
// ask the issuer about one token (RFC 7662), where a call is worth it ([Confirmed])
// or nothing else is possible ([Ask], [Config.Opaque]).
//
// When in doubt, it refuses: what cannot be known is answered with 503, and all
// else that is not exactly a live access token for this API with a challenge after
// RFC 6750 or RFC 9470. It takes tokens from the Authorization header alone.
package verify
