package crowd

import (
	"fmt"
	"slices"
	"time"
)

// filler knows what each table gets.
type filler struct {
	Size
	dialect
	now int64
}

// Spans of time in microseconds. long is how long ago everything ended that is
// due, and how long everything else will live.
var (
	long   = (100 * 24 * time.Hour).Microseconds()
	hour   = time.Hour.Microseconds()
	day    = 24 * hour
	second = time.Second.Microseconds()
)

// expires is past for the first Due rows.
func (f filler) expires() string {
	return fmt.Sprintf("CASE WHEN i <= %d THEN %d + i ELSE %d + i END", f.Due, f.now-long, f.now+long)
}

// ended is a time in the last month for one in twenty of those that are not due.
func (f filler) ended() string {
	return fmt.Sprintf("CASE WHEN i > %d AND i %% 20 = 0 THEN %d - (i %% 29) * %d END", f.Due, f.now, day)
}

func (f filler) at(ago int64) string { return fmt.Sprintf("%d + i", f.now-ago) }

// person and client are whose a thing is.
func (f filler) person(of string) string {
	return f.id("usr_", fmt.Sprintf("(1 + (%s - 1) %% %d)", of, f.People))
}

func (f filler) client() string { return fmt.Sprintf("'crowd-' || (1 + i %% %d)", f.Clients) }

// granted is how many people were granted something.
func (f filler) granted() int {
	if f.Ordinary {
		return 0
	}
	return f.Others
}

func (f filler) people() []string {
	return slices.Concat(f.accounts(), f.groups(), f.services(), f.grants(), f.sessions())
}

func (f filler) accounts() []string {
	email := f.key("i") + " || '@crowd.test'"
	name := fmt.Sprintf("substr(%s, 2, 2)", f.key("i"))
	return []string{
		f.rows("users", f.People, [][2]string{
			{"id", f.id("usr_", "i")},
			{"email", email},
			{"email_key", email},
			{"email_verified", "TRUE"},
			{"name", name + " || ' Crowd'"},
			{"name_key", name + " || ' crowd'"},
			{"claims", "'{}'"},
			{"disabled", "FALSE"},
			{"created_at", f.at(long)},
			{"updated_at", f.at(long)},
			{"rev", "1"},
		}),
		f.rows("last_sign_ins", f.People, [][2]string{
			{"user_id", f.id("usr_", "i")},
			{"at", "CASE WHEN i % 3 = 0 THEN 0 ELSE " + f.at(long) + " END"},
		}),
		f.words("'crowd'"),
		f.words("'crowd.test'"),
		f.rows("passwords", f.People, [][2]string{
			{"user_id", f.id("usr_", "i")},
			{"id", f.id("fac_", "i")},
			{"hash", "'$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"},
			{"changed_at", f.at(long)},
		}),
		f.factors("fac_", f.Others, fmt.Sprintf("%d", f.now-long)),
		f.factors("fap_", f.Others, "NULL"),
		f.rows("recovery_codes", f.Others, [][2]string{
			{"user_id", f.person("(i / 10 + 1)")},
			{"mac", f.bytes(f.id("mac_", "i"))},
			{"created_at", f.at(long)},
		}),
		f.rows("consents", f.People/2, [][2]string{
			{"user_id", f.id("usr_", "i")},
			{"client_id", f.client()},
			{"scopes", `'["openid","email"]'`},
			{"created_at", f.at(long)},
			{"updated_at", f.at(long)},
		}),
	}
}

// words gives everybody one by which a search finds them.
func (f filler) words(word string) string {
	return f.rows("user_words", f.People, [][2]string{{"word", word}, {"user_id", f.id("usr_", "i")}})
}

func (f filler) groups() []string {
	all := []string{
		f.rows("groups", 50, [][2]string{
			{"id", "'group-' || i"},
			{"description", "''"},
			{"created_at", f.at(long)},
			{"rev", "1"},
		}),
		f.memberships(f.granted(), "'group-' || (1 + i % 50)", f.person("i")),
	}
	if f.Everybody {
		all = append(all,
			fmt.Sprintf("INSERT INTO groups (id, description, created_at, rev) VALUES ('everybody', '', %[1]d, 1), ('half', '', %[1]d, 1)", f.now),
			f.memberships(f.People, "'everybody'", f.id("usr_", "i")),
			f.memberships(f.People/2, "'half'", f.id("usr_", "(2 * i)")))
	}
	return all
}

// memberships are so many of people in groups.
func (f filler) memberships(n int, group, person string) string {
	return f.rows("memberships", n, [][2]string{
		{"of_kind", "'group'"},
		{"of_id", group},
		{"member_kind", "'user'"},
		{"member_id", person},
		{"reason", "''"},
		{"created_at", f.at(long)},
		{"created_by", "'console:root'"},
		{"rev", "1"},
	})
}

func (f filler) services() []string {
	return []string{
		f.rows("service_accounts", 50, [][2]string{
			{"id", "'service-' || i"},
			{"description", "''"},
			{"disabled", "FALSE"},
			{"created_at", f.at(long)},
			{"created_by", "'console:root'"},
			{"updated_at", f.at(long)},
			{"rev", "1"},
		}),
		f.rows("service_keys", 1000, [][2]string{
			{"id", f.id("key_", "i")},
			{"service_id", "CASE WHEN i % 2 = 0 THEN 'service-' || (1 + i % 50) END"},
			{"user_id", "CASE WHEN i % 2 = 1 THEN " + f.person("i") + " END"},
			{"permissions", "'[]'"},
			{"name", "'first'"},
			{"mac", f.bytes(f.id("mac_", "i"))},
			{"created_at", f.at(long)},
			{"created_by", "'console:root'"},
			{"expires_at", f.expires()},
			{"revoked_by", "''"},
			{"ends_at", f.expires()},
		}),
	}
}

func (f filler) grants() []string {
	return []string{
		f.rows("grants", f.granted(), [][2]string{
			{"id", f.id("gra_", "i")},
			{"subject_kind", "'user'"},
			{"subject_id", f.person("i")},
			{"effect", "'allow'"},
			{"role", "CASE WHEN i % 3 = 0 THEN '' ELSE 'role-' || (i % 50) END"},
			{"permission", "CASE WHEN i % 3 = 0 THEN 'shop/orders:read' ELSE '' END"},
			{"api", "CASE WHEN i % 3 = 0 THEN 'shop' ELSE '' END"},
			{"org", "''"},
			{"place", "'any'"},
			{"resource_ids", "'[]'"},
			{"expression", "''"},
			{"require_level", "''"},
			{"require_age", "0"},
			{"source", "'manual'"},
			{"name", "''"},
			{"reason", "'seeded'"},
			{"ticket", "''"},
			{"request_id", "''"},
			{"created_at", f.at(long)},
			{"created_by", "'console:root'"},
			{"expires_at", f.expires()},
			{"revoked_by", "''"},
			{"revoked_reason", "''"},
			{"ends_at", f.expires()},
			{"rev", "1"},
		}),
		f.rows("changes", f.granted(), [][2]string{
			{"v", "i"},
			{"former", "0"},
			{"n", "1"},
			{"kind", "'user'"},
			{"name", f.person("i")},
			{"loses", "CASE WHEN i % 100 = 0 THEN TRUE ELSE FALSE END"},
			{"at", fmt.Sprintf("CASE WHEN i <= %d THEN %d + i ELSE %d + i END", f.Due, f.now-long, f.now-hour)},
		}),
		fmt.Sprintf("INSERT INTO versions (name, value) VALUES ('policy', %d) ON CONFLICT (name) DO UPDATE SET value = excluded.value", f.granted()),
	}
}

func (f filler) sessions() []string {
	return []string{
		f.rows("sessions", f.Sessions, [][2]string{
			{"id", f.id("ses_", "i")},
			{"token_hash", f.bytes(f.id("tok_", "i"))},
			{"user_id", f.person("i")},
			{"proofs", `'[{"method":"pwd","at":"2026-01-01T00:00:00Z","factor":"fac_a","source":"password"}]'`},
			{"created_at", f.at(day)},
			{"seen_at", f.at(hour)},
			{"idle_expires_at", f.expires()},
			{"expires_at", f.expires()},
			{"revoked_at", f.ended()},
			{"reason", "''"},
			{"ip", "'192.0.2.1'"},
			{"agent", "'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'"},
		}),
	}
}

// factors are confirmed or wait to be; of those that wait the first are due.
func (f filler) factors(prefix string, n int, confirmed string) string {
	return f.rows("factors", n, [][2]string{
		{"id", f.id(prefix, "i")},
		{"user_id", f.person("i")},
		{"kind", "'totp'"},
		{"name", "'Phone'"},
		{"sealed", "'sealed'"},
		{"last_step", "0"},
		{"drift", "0"},
		{"browser", f.bytes(f.id(prefix, "i"))},
		{"confirmed_at", "CAST(" + confirmed + " AS BIGINT)"},
		{"created_at", fmt.Sprintf("CASE WHEN i <= %d THEN %d + i ELSE %d + i END", f.Due, f.now-long, f.now)},
	})
}

func (f filler) authorization() [][2]string {
	return [][2]string{
		{"authorization_id", f.id("atz_", "i")},
		{"client_id", f.client()},
		{"user_id", f.person(fmt.Sprintf("(1 + (i - 1) %% %d)", f.Sessions))},
		{"session_id", f.id("ses_", fmt.Sprintf("(1 + (i - 1) %% %d)", f.Sessions))},
		{"scopes", `'["openid","offline_access","api"]'`},
		{"audiences", `'["https://id.example.test"]'`},
		{"auth_time", f.at(day)},
		{"level", "'aal1'"},
		{"amr", `'["pwd"]'`},
		{"nonce", "''"},
		{"claims", "''"},
	}
}

func (f filler) tokens() []string {
	return []string{
		f.rows("refresh_families", f.Families, append([][2]string{
			{"id", f.id("fam_", "i")},
			{"generation", "2"},
			{"current_hash", f.bytes(f.id("cur_", "i"))},
			{"previous_hash", f.bytes(f.id("pre_", "i"))},
			{"sealed_successor", f.bytes(f.id("sealed for the predecessor ", "i"))},
			{"static", "FALSE"},
			{"created_at", f.at(day)},
			{"rotated_at", f.at(hour)},
			{"idle_expires_at", f.expires()},
			{"expires_at", f.expires()},
			{"revoked_at", f.ended()},
			{"revoke_reason", "''"},
		}, f.authorization()...)),
		f.rows("codes", f.Others, append([][2]string{
			{"hash", f.bytes(f.id("cod_", "i"))},
			{"redirect_uri", "'https://app.example.test/cb'"},
			{"challenge", "''"},
			{"created_at", f.at(hour)},
			{"expires_at", f.expires()},
			{"claimed_at", fmt.Sprintf("CASE WHEN i %% 2 = 0 THEN %d + i END", f.now-hour)},
		}, f.authorization()...)),
		f.rows("interactions", f.Others, [][2]string{
			{"id", f.id("int_", "i")},
			{"browser", f.bytes(f.id("bro_", "i"))},
			{"client_id", f.client()},
			{"ask", `'{"client":"web","scopes":["openid"]}'`},
			{"user_id", "''"},
			{"chosen", "FALSE"},
			{"proofs", "'[]'"},
			{"consent", "''"},
			{"scopes", "'[]'"},
			{"session_id", "''"},
			{"version", "1"},
			{"created_at", f.at(hour)},
			{"expires_at", f.expires()},
		}),
		f.rows("gate_sessions", f.Others, [][2]string{
			{"hash", f.bytes(f.id("gat_", "i"))},
			{"session_id", f.id("ses_", fmt.Sprintf("(1 + (i - 1) %% %d)", f.Sessions))},
			{"host", "'app.example.test'"},
			{"nonce", "CASE WHEN i % 2 = 0 THEN " + f.bytes(f.id("non_", "i")) + " END"},
			{"path", "'/'"},
			{"created_at", f.at(hour)},
			{"expires_at", f.expires()},
		}),
		f.rows("revocations", f.Revocations, [][2]string{
			{"seq", "i"},
			{"kind", "'session'"},
			{"name", f.id("ses_", fmt.Sprintf("(i + %d)", f.Sessions))}, // of sessions that are gone
			{"before_at", f.at(second)},
			{"until_at", f.expires()},
		}),
		fmt.Sprintf("INSERT INTO versions (name, value) VALUES ('revocations', %d) ON CONFLICT (name) DO UPDATE SET value = excluded.value", f.Revocations),
	}
}

func (f filler) records() []string {
	return []string{
		f.rows("attempts", f.Others, [][2]string{
			{"name", f.id("att_", "i")},
			{"failures", "1"},
			{"updated_at", fmt.Sprintf("CASE WHEN i <= %d THEN %d + i ELSE %d + i END", f.Due, f.now-long, f.now)},
		}),
		f.rows("once", f.Others, [][2]string{{"kind", "'jti'"}, {"name", f.id("jti_", "i")}, {"until_at", f.expires()}}),
		fmt.Sprintf("INSERT INTO imports (id, state, owner, file, total, done_rows, made, known, wrong, why, created_at, began_at, ended_at, over_at, rev) VALUES ('imp_1', 'running', '{}', '', %d, 0, 0, 0, 0, '', %d, %d, NULL, %d, 1)", f.Others, f.now, f.now, f.now+long),
		f.rows("import_rows", f.Others, [][2]string{
			{"import_id", "'imp_1'"},
			{"n", "i"},
			{"line", "i"},
			{"kind", "i % 3"},
			{"email", "'new-' || i || '@crowd.test'"},
			{"email_key", "'new-' || i || '@crowd.test'"},
			{"email_verified", "FALSE"},
			{"name", "''"},
			{"claims", "'{}'"},
			{"problems", "'[]'"},
			{"user_id", "CASE WHEN i % 3 = 1 THEN " + f.person("i") + " ELSE NULL END"},
		}),
		f.rows("requests", f.Others, [][2]string{
			{"caller", "'service:' || (i % 100)"},
			{"since", "7"},
			{"key", f.id("key_", "i")},
			{"hash", f.bytes(f.id("key_", "i"))},
			{"answer", f.bytes("'{}'")},
			{"person", "CASE WHEN i % 2 = 0 THEN '' ELSE " + f.person("i") + " END"},
			{"created_at", f.at(hour)},
			{"over_at", f.expires()},
		}),
		f.rows("audit_events", f.Events, [][2]string{
			{"id", f.id("evt_", "i")},
			{"at", fmt.Sprintf("%d + i * %d", f.now-60*day, 60*day/max(1, int64(f.Events)))},
			{"actor_kind", "'person'"},
			{"actor_id", f.often("'usr_often'", f.person("i"))},
			{"actor_key", "''"},
			{"actor_session", "''"},
			{"actor_client", "''"},
			{"request_id", f.id("req_", "i")},
			{"action", "CASE WHEN i % 1000 = 0 THEN 'crowd.rare' ELSE 'crowd.often' END"},
			{"target_kind", "'session'"},
			{"target_id", f.often("'ses_often'", f.id("ses_", "i"))},
			{"user_id", f.often("'usr_often'", f.person("i"))},
			{"client_id", f.often("'often'", "'crowd-' || (i % 1000)")},
			{"outcome", f.often("'done'", "'refused'")},
			{"reason", "''"},
			{"origin", f.bytes("'thirty-two bytes, as of any HMAC.'")},
			{"documents", f.bytes("''")},
		}),
		f.rows("audit_details", f.Events, [][2]string{
			{"event", f.id("evt_", "i")},
			{"at", fmt.Sprintf("%d + i * %d", f.now-60*day, 60*day/max(1, int64(f.Events)))},
			{"origin_salt", f.bytes("'sixteen bytes...'")},
			{"ip", f.often("'192.0.2.1'", "'192.0.2.' || (i % 250)")},
			{"agent", "'Mozilla/5.0'"},
			{"document_salt", f.bytes("''")},
			{"before_doc", "''"},
			{"after_doc", "''"},
		}),
		f.rows("audit_leaves", f.Events, [][2]string{
			{"seq", fmt.Sprintf("%d + i", FirstLeaf)},
			{"event", f.id("evt_", "i")},
			{"at", fmt.Sprintf("%d + i * %d", f.now-60*day, 60*day/max(1, int64(f.Events)))},
			{"leaf", f.bytes("'thirty-two bytes, as of any hash.'")},
			{"mac", f.bytes("'thirty-two bytes, as of two MACs.'")},
		}),
	}
}

// FirstLeaf is far in front of every leaf that a house makes of what it does in a crowd: it
// seals as if there were no crowd.
const FirstLeaf = -1 << 40

// often is one thing for every other row.
func (f filler) often(one, each string) string {
	return "CASE WHEN i % 2 = 0 THEN " + one + " ELSE " + each + " END"
}
