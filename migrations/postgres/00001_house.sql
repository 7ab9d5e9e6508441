-- The house: people, sessions, clients, grants, codes, refresh families, keys, audit.
--
-- Times are microseconds since 1970 (UTC); NULL means "not" or "never".
-- rev counts the changes of what people edit; the first is 1.
-- Lists and documents are JSON in TEXT. Hashes are bytes. No foreign key is
-- deferred: a violation must fail its own statement, never a shared COMMIT.
-- Tables whose rows change often leave room for updates in place (fillfactor).

-- +goose Up

-- stamp is drawn anew whenever a counter is raised, and former the one before: of two
-- histories with the same counters they differ.
CREATE TABLE versions (
    name    TEXT   PRIMARY KEY,
    value   BIGINT NOT NULL,
    stamp   BIGINT NOT NULL DEFAULT 0,
    former  BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 70);

CREATE TABLE leases (
    name      TEXT   PRIMARY KEY,
    holder    TEXT   NOT NULL,
    until_at  BIGINT NOT NULL
) WITH (fillfactor = 70);

-- Where the server was reached when it last started: commands that print addresses
-- do not know the flags that it was started with.
CREATE TABLE served (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    issuer  TEXT   NOT NULL,
    at      BIGINT NOT NULL
);

-- What of the configuration was set while Gatehouse ran, as it would be written in the file.
CREATE TABLE settings (
    key         TEXT   PRIMARY KEY,
    value       TEXT   NOT NULL,
    rev         BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);

CREATE TABLE data_keys (
    id          TEXT   PRIMARY KEY,
    purpose     TEXT   NOT NULL UNIQUE,
    wrapped     TEXT   NOT NULL,
    created_at  BIGINT NOT NULL
);

CREATE TABLE signing_keys (
    id          TEXT   PRIMARY KEY,
    algorithm   TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('announced', 'signing', 'retiring', 'retired')),
    public      TEXT   NOT NULL,
    sealed      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    signs_from  BIGINT,
    until_at    BIGINT
);

CREATE UNIQUE INDEX signing_keys_one_signs ON signing_keys (algorithm) WHERE state = 'signing';

-- The refresh families that began until ended_at are dead, of people but for
-- those of the browser session ended_but, and of clients all.

CREATE TABLE users (
    id              TEXT    PRIMARY KEY,
    email           TEXT    NOT NULL,
    email_key       TEXT    COLLATE "C" NOT NULL,
    email_verified  BOOLEAN NOT NULL,
    name            TEXT    NOT NULL,
    name_key        TEXT    COLLATE "C" NOT NULL,
    claims          TEXT    NOT NULL,
    disabled        BOOLEAN NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    rev             BIGINT  NOT NULL,
    ended_at        BIGINT,
    ended_but       TEXT
);

CREATE UNIQUE INDEX users_email ON users (email_key);
CREATE INDEX users_name ON users (name_key, email_key);
CREATE INDEX users_disabled ON users (id) WHERE disabled;
CREATE INDEX users_kept_out ON users (email_key) WHERE disabled;
CREATE INDEX users_created ON users (created_at, id);
-- What each use of a refresh token asks of a person, without the row.
CREATE INDEX users_standing ON users (id, disabled, ended_at, ended_but);

-- When people signed in last, 0 for never. It is no column of theirs, so that a sign-in leaves
-- the rows alone at which each use of a refresh token looks.
CREATE TABLE last_sign_ins (
    user_id  TEXT   PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    at       BIGINT NOT NULL
);

CREATE INDEX last_sign_ins_at ON last_sign_ins (at, user_id);

-- The later parts of names and addresses, each with all behind it, by which a search finds people
-- besides: müller of Anna Müller.
CREATE TABLE user_words (
    word     TEXT COLLATE "C" NOT NULL,
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (word, user_id)
);

CREATE INDEX user_words_user ON user_words (user_id, word);

-- People who are taken in by a file: the job, and each of the file's rows. done_rows is how
-- many of them were looked at; owner is who began it, and as how well proved.
CREATE TABLE imports (
    id          TEXT   PRIMARY KEY,
    state       TEXT   NOT NULL CHECK (state IN ('checked', 'running', 'done', 'stopped')),
    owner       TEXT   NOT NULL,
    file        TEXT   NOT NULL,
    total       BIGINT NOT NULL,
    done_rows   BIGINT NOT NULL,
    made        BIGINT NOT NULL,
    known       BIGINT NOT NULL,
    wrong       BIGINT NOT NULL,
    why         TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    began_at    BIGINT,
    ended_at    BIGINT,
    over_at     BIGINT NOT NULL,
    rev         BIGINT NOT NULL
);

CREATE INDEX imports_created ON imports (created_at, id);
CREATE INDEX imports_running ON imports (began_at, id) WHERE state = 'running';
CREATE INDEX imports_over ON imports (over_at);

-- kind puts them in the order in which they are told of: 0 is wrong, 1 is somebody who is
-- there already, 2 is somebody new. With a person goes what is kept of them here; user_id is
-- theirs once the row was dealt with, so that no row goes before. Until then they are found by
-- email_key, and the row is emptied.
CREATE TABLE import_rows (
    import_id       TEXT    NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
    n               BIGINT  NOT NULL,
    line            BIGINT  NOT NULL,
    kind            BIGINT  NOT NULL,
    email           TEXT    NOT NULL,
    email_key       TEXT    NOT NULL,
    email_verified  BOOLEAN NOT NULL,
    name            TEXT    NOT NULL,
    claims          TEXT    NOT NULL,
    problems        TEXT    NOT NULL,
    user_id         TEXT    REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (import_id, n)
);

CREATE INDEX import_rows_kind ON import_rows (import_id, kind, n);
CREATE INDEX import_rows_user ON import_rows (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX import_rows_email ON import_rows (email_key) WHERE user_id IS NULL;

CREATE TABLE passwords (
    user_id     TEXT   PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    id          TEXT   NOT NULL,
    hash        TEXT   NOT NULL,
    changed_at  BIGINT NOT NULL
);

-- The browser is that of an enrolment which nobody confirmed yet, and empty
-- afterwards. Ids are never used again: what a factor proved ends with it.
CREATE TABLE factors (
    id            TEXT   PRIMARY KEY,
    user_id       TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind          TEXT   NOT NULL CHECK (kind IN ('totp')),
    name          TEXT   NOT NULL,
    sealed        TEXT   NOT NULL,
    last_step     BIGINT NOT NULL,
    drift         BIGINT NOT NULL,
    browser       BYTEA  NOT NULL,
    confirmed_at  BIGINT,
    created_at    BIGINT NOT NULL,
    last_used_at  BIGINT
);

CREATE INDEX factors_user ON factors (user_id);
CREATE UNIQUE INDEX factors_pending ON factors (user_id, browser) WHERE confirmed_at IS NULL;
CREATE INDEX factors_pending_created ON factors (created_at) WHERE confirmed_at IS NULL;

CREATE TABLE recovery_codes (
    user_id     TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    mac         BYTEA  NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, mac)
);

CREATE TABLE attempts (
    name           TEXT   PRIMARY KEY,
    failures       BIGINT NOT NULL,
    blocked_until  BIGINT,
    updated_at     BIGINT NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX attempts_updated ON attempts (updated_at);

CREATE TABLE marks (
    kind      TEXT   PRIMARY KEY,
    hash      BYTEA  NOT NULL,
    until_at  BIGINT NOT NULL
);

CREATE INDEX marks_until ON marks (until_at);

CREATE TABLE once (
    kind      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    until_at  BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE INDEX once_until ON once (until_at);

-- Requests of the admin API that brought an Idempotency-Key, and how they were answered.
CREATE TABLE requests (
    caller      TEXT   NOT NULL,
    since       BIGINT NOT NULL, -- when the caller was made: a later one of its name is another
    key         TEXT   NOT NULL,
    hash        BYTEA  NOT NULL,
    answer      BYTEA  NOT NULL,
    person      TEXT   NOT NULL, -- of whom the answer tells; it goes with them
    created_at  BIGINT NOT NULL,
    over_at     BIGINT NOT NULL,
    PRIMARY KEY (caller, since, key)
);
CREATE INDEX requests_person ON requests (person) WHERE person <> '';
CREATE INDEX requests_over ON requests (over_at);

CREATE TABLE sessions (
    id               TEXT   PRIMARY KEY,
    token_hash       BYTEA  NOT NULL,
    user_id          TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    proofs           TEXT   NOT NULL,
    created_at       BIGINT NOT NULL,
    seen_at          BIGINT NOT NULL,
    idle_expires_at  BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    revoked_at       BIGINT,
    reason           TEXT   NOT NULL,
    ip               TEXT   NOT NULL,
    agent            TEXT   NOT NULL
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_user ON sessions (user_id, revoked_at, created_at);
CREATE INDEX sessions_live ON sessions (created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX sessions_expires ON sessions (expires_at, revoked_at) WHERE revoked_at IS NULL;
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX sessions_ended ON sessions (id) WHERE revoked_at IS NOT NULL;

-- Browsers that the gate let in at one of its hosts, each by its session. A row begins as a
-- code, which is good once, for the browser that has the nonce.
CREATE TABLE gate_sessions (
    hash        BYTEA  PRIMARY KEY, -- of the code, then of the cookie's token
    session_id  TEXT   NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    host        TEXT   NOT NULL,
    nonce       BYTEA,           -- its hash; NULL: the code was used
    path        TEXT   NOT NULL, -- where the browser wanted to go
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);

CREATE INDEX gate_sessions_session ON gate_sessions (session_id, created_at);
CREATE INDEX gate_sessions_expires ON gate_sessions (expires_at);

CREATE TABLE interactions (
    id          TEXT    PRIMARY KEY,
    browser     BYTEA   NOT NULL,
    client_id   TEXT    NOT NULL,
    ask         TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    chosen      BOOLEAN NOT NULL,
    proofs      TEXT    NOT NULL,
    consent     TEXT    NOT NULL,
    scopes      TEXT    NOT NULL,
    session_id  TEXT    NOT NULL,
    version     BIGINT  NOT NULL,
    created_at  BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    finished_at BIGINT
);

CREATE INDEX interactions_expires ON interactions (expires_at);
CREATE INDEX interactions_user ON interactions (user_id, expires_at);

CREATE TABLE clients (
    id                 TEXT    PRIMARY KEY,
    name               TEXT    NOT NULL,
    home_url           TEXT    NOT NULL,
    disabled           BOOLEAN NOT NULL,
    auth_method        TEXT    NOT NULL,
    secrets            TEXT    NOT NULL,
    jwks               TEXT    NOT NULL,
    redirect_uris      TEXT    NOT NULL,
    post_logout_uris   TEXT    NOT NULL,
    grant_types        TEXT    NOT NULL,
    scopes             TEXT    NOT NULL,
    audiences          TEXT    NOT NULL,
    skip_consent       BOOLEAN NOT NULL,
    pkce               TEXT    NOT NULL,
    static_refresh     BOOLEAN NOT NULL,
    introspect         BOOLEAN NOT NULL,
    access_token_ttl   BIGINT  NOT NULL,
    refresh_idle       BIGINT  NOT NULL,
    refresh_absolute   BIGINT  NOT NULL,
    require_level      TEXT    NOT NULL,
    id_token_alg       TEXT    NOT NULL,
    userinfo_alg       TEXT    NOT NULL,
    access_token_alg   TEXT    NOT NULL,
    access_token_type  TEXT    NOT NULL,
    id_token_claims    BOOLEAN NOT NULL,
    permissions        TEXT    NOT NULL CHECK (permissions IN ('none', 'roles', 'inline')),
    any_localhost_port BOOLEAN NOT NULL,
    logo               TEXT    NOT NULL,
    require_roles      TEXT    NOT NULL,
    require_groups     TEXT    NOT NULL,
    told               TEXT    NOT NULL,
    created_at         BIGINT  NOT NULL,
    updated_at         BIGINT  NOT NULL,
    rev                BIGINT  NOT NULL,
    ended_at           BIGINT
);

CREATE TABLE consents (
    user_id     TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id   TEXT   NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scopes      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, client_id)
);

CREATE INDEX consents_client ON consents (client_id, user_id);

-- Filters of lists that people gave a name to, of parameters as an address has them.
CREATE TABLE filters (
    id          TEXT   PRIMARY KEY,
    user_id     TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    list        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    query       TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    UNIQUE (user_id, list, name)
);

-- What applications did and were refused, as far as it is remembered (oauth.Notes). Times are
-- those of the database's clock in microseconds, received was written by a stranger.

CREATE TABLE client_uses (
    client_id  TEXT   NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day        BIGINT NOT NULL,
    sign_ins   BIGINT NOT NULL,
    tokens     BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    PRIMARY KEY (client_id, day)
);

CREATE INDEX client_uses_day ON client_uses (day);

CREATE TABLE client_refusals (
    client_id  TEXT    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    code       TEXT    NOT NULL,
    received   TEXT    NOT NULL,
    partial    BOOLEAN NOT NULL,
    says       TEXT    NOT NULL,
    first_at   BIGINT  NOT NULL,
    last_at    BIGINT  NOT NULL,
    times      BIGINT  NOT NULL,
    PRIMARY KEY (client_id, code, received)
);

CREATE INDEX client_refusals_last ON client_refusals (client_id, last_at);
CREATE INDEX client_refusals_past ON client_refusals (last_at);

-- What somebody may do. Each change raises the version policy first, and so
-- waits for the one before it. Subjects have no foreign keys: what a person or a
-- client was granted is ended with them, and kept.

CREATE TABLE apis (
    id           TEXT   PRIMARY KEY,
    audience     TEXT   NOT NULL,
    permissions  TEXT   NOT NULL,
    owners       TEXT   NOT NULL,
    servers      TEXT   NOT NULL,
    delegation   TEXT   NOT NULL CHECK (delegation IN ('audience', 'scope')),
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    rev          BIGINT NOT NULL
);

CREATE UNIQUE INDEX apis_audience ON apis (audience);

CREATE TABLE roles (
    id           TEXT   PRIMARY KEY,
    permissions  TEXT   NOT NULL,
    parents      TEXT   NOT NULL,
    max_grant    BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    rev          BIGINT NOT NULL
);

CREATE TABLE scopes (
    name         TEXT   PRIMARY KEY,
    api          TEXT   NOT NULL,
    permissions  TEXT   NOT NULL,
    description  TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    rev          BIGINT NOT NULL
);

CREATE TABLE routes (
    kind         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    spec         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    rev          BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE locks (
    kind        TEXT   NOT NULL CHECK (kind IN ('user', 'service', 'client', 'session', 'role', 'grant')),
    name        TEXT   NOT NULL,
    ends_at     BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    created_by  TEXT   NOT NULL,
    rev         BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE groups (
    id           TEXT   PRIMARY KEY,
    description  TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    rev          BIGINT NOT NULL
);

CREATE TABLE orgs (
    id           TEXT   PRIMARY KEY,
    description  TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    rev          BIGINT NOT NULL
);

-- Who is in a group, and who in an organisation.
CREATE TABLE memberships (
    of_kind      TEXT   NOT NULL CHECK (of_kind IN ('group', 'organisation')),
    of_id        TEXT   NOT NULL,
    member_kind  TEXT   NOT NULL CHECK (member_kind IN ('user', 'service', 'client', 'group')),
    member_id    TEXT   NOT NULL,
    not_before   BIGINT,
    expires_at   BIGINT,
    reason       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT   NOT NULL,
    rev          BIGINT NOT NULL,
    PRIMARY KEY (of_kind, of_id, member_kind, member_id)
);

CREATE INDEX memberships_member ON memberships (member_kind, member_id, of_kind, of_id);

-- Which set of files manages what. One that was made at another time is another thing
-- of that name.
CREATE TABLE managed (
    kind      TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    made_at   BIGINT NOT NULL,
    set_name  TEXT   NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE service_accounts (
    id           TEXT    PRIMARY KEY,
    description  TEXT    NOT NULL,
    disabled     BOOLEAN NOT NULL,
    created_at   BIGINT  NOT NULL,
    created_by   TEXT    NOT NULL,
    updated_at   BIGINT  NOT NULL,
    rev          BIGINT  NOT NULL
);

-- Of a key its MAC alone is kept. ends_at is as in grants.
CREATE TABLE service_keys (
    id          TEXT   PRIMARY KEY,
    service_id  TEXT   REFERENCES service_accounts (id) ON DELETE CASCADE,
    user_id     TEXT   REFERENCES users (id) ON DELETE CASCADE,
    name        TEXT   NOT NULL,
    mac         BYTEA  NOT NULL,
    permissions TEXT   NOT NULL,
    expires_at  BIGINT,
    created_at  BIGINT NOT NULL,
    created_by  TEXT   NOT NULL,
    revoked_at  BIGINT,
    revoked_by  TEXT   NOT NULL,
    used_at     BIGINT,
    ends_at     BIGINT NOT NULL,
    CHECK ((service_id IS NULL) <> (user_id IS NULL))
);
CREATE INDEX service_keys_user ON service_keys (user_id, created_at, id);
CREATE INDEX service_keys_service ON service_keys (service_id, created_at, id);

-- A grant has a role or a pattern, whose API stands in api. ends_at is when it is
-- over, by its own end or because somebody ended it; the largest number is never. name is
-- what files call it that made it, empty for others.
CREATE TABLE grants (
    id              TEXT   PRIMARY KEY,
    subject_kind    TEXT   NOT NULL CHECK (subject_kind IN ('user', 'service', 'client', 'group', 'organisation')),
    subject_id      TEXT   NOT NULL,
    effect          TEXT   NOT NULL CHECK (effect IN ('allow', 'deny')),
    role            TEXT   NOT NULL,
    permission      TEXT   NOT NULL,
    api             TEXT   NOT NULL,
    org             TEXT   NOT NULL,
    place           TEXT   NOT NULL CHECK (place IN ('any', 'own', 'ids', 'cel')),
    resource_ids    TEXT   NOT NULL,
    expression      TEXT   NOT NULL,
    not_before      BIGINT,
    expires_at      BIGINT,
    require_level   TEXT   NOT NULL,
    require_age     BIGINT NOT NULL,
    source          TEXT   NOT NULL CHECK (source IN ('manual', 'bootstrap', 'request', 'apply')),
    name            TEXT   NOT NULL,
    reason          TEXT   NOT NULL,
    ticket          TEXT   NOT NULL,
    request_id      TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    created_by      TEXT   NOT NULL,
    revoked_at      BIGINT,
    revoked_by      TEXT   NOT NULL,
    revoked_reason  TEXT   NOT NULL,
    ends_at         BIGINT NOT NULL,
    rev             BIGINT NOT NULL
);

CREATE INDEX grants_ends ON grants (ends_at, id);
CREATE INDEX grants_subject ON grants (subject_kind, subject_id, ends_at, id);
CREATE INDEX grants_role ON grants (role, ends_at, id) WHERE role <> '';
CREATE INDEX grants_api ON grants (api, ends_at, id) WHERE api <> '';
CREATE INDEX grants_org ON grants (org, ends_at, id) WHERE org <> '';
CREATE INDEX grants_permission ON grants (permission, ends_at, id) WHERE permission <> '';
CREATE INDEX grants_begins ON grants (not_before, id) WHERE not_before IS NOT NULL;
CREATE INDEX grants_deny ON grants (ends_at, id) WHERE effect = 'deny';
CREATE INDEX grants_condition ON grants (ends_at, id) WHERE place = 'cel';

-- What each version of the policy touched (v is the counter), one row for each thing.
-- Who follows reads those behind the version that they know.
CREATE TABLE changes (
    v       BIGINT  NOT NULL,
    n       BIGINT  NOT NULL,
    former  BIGINT  NOT NULL, -- the stamp of the version before
    kind    TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    loses   BOOLEAN NOT NULL,
    at      BIGINT  NOT NULL,
    PRIMARY KEY (v, n)
);

CREATE INDEX changes_at ON changes (at);
CREATE INDEX changes_losing ON changes (v, n) WHERE loses;

-- Codes, families, revocations and audit events outlive the person and the
-- client that they are about: a code used twice and a token used after the end
-- must still be recognised. So they have no foreign keys.

CREATE TABLE codes (
    hash          BYTEA  PRIMARY KEY,
    authorization_id      TEXT   NOT NULL,
    client_id     TEXT   NOT NULL,
    user_id       TEXT   NOT NULL,
    session_id    TEXT   NOT NULL,
    scopes        TEXT   NOT NULL,
    audiences     TEXT   NOT NULL,
    auth_time     BIGINT NOT NULL,
    level         TEXT   NOT NULL,
    amr           TEXT   NOT NULL,
    nonce         TEXT   NOT NULL,
    claims        TEXT   NOT NULL,
    redirect_uri  TEXT   NOT NULL,
    challenge     TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    claimed_at    BIGINT
);

CREATE INDEX codes_user ON codes (user_id, expires_at);
CREATE INDEX codes_expires ON codes (expires_at) WHERE claimed_at IS NULL;
CREATE INDEX codes_claimed ON codes (expires_at) WHERE claimed_at IS NOT NULL;

-- A rotation changes no indexed column.
CREATE TABLE refresh_families (
    id                TEXT    PRIMARY KEY,
    authorization_id          TEXT    NOT NULL,
    client_id         TEXT    NOT NULL,
    user_id           TEXT    NOT NULL,
    session_id        TEXT    NOT NULL,
    scopes            TEXT    NOT NULL,
    audiences         TEXT    NOT NULL,
    auth_time         BIGINT  NOT NULL,
    level             TEXT    NOT NULL,
    amr               TEXT    NOT NULL,
    nonce             TEXT    NOT NULL,
    claims            TEXT    NOT NULL,
    generation        BIGINT  NOT NULL,
    current_hash      BYTEA   NOT NULL,
    previous_hash     BYTEA,
    sealed_successor  BYTEA,
    static            BOOLEAN NOT NULL,
    created_at        BIGINT  NOT NULL,
    rotated_at        BIGINT  NOT NULL,
    idle_expires_at   BIGINT  NOT NULL,
    expires_at        BIGINT  NOT NULL,
    revoked_at        BIGINT,
    revoke_reason     TEXT    NOT NULL
) WITH (fillfactor = 70);

CREATE INDEX refresh_families_authorization ON refresh_families (authorization_id);
CREATE INDEX refresh_families_user ON refresh_families (user_id, created_at, id);
CREATE INDEX refresh_families_client ON refresh_families (client_id, created_at, id);
CREATE INDEX refresh_families_session ON refresh_families (session_id);
CREATE INDEX refresh_families_expires ON refresh_families (expires_at);
CREATE INDEX refresh_families_revoked ON refresh_families (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE revocations (
    seq        BIGINT PRIMARY KEY,
    kind       TEXT   NOT NULL,
    name       TEXT   COLLATE "C" NOT NULL,
    before_at  BIGINT NOT NULL,
    until_at   BIGINT NOT NULL
);

CREATE INDEX revocations_until ON revocations (until_at);
CREATE INDEX revocations_about ON revocations (kind, name);

-- Who did what. Nothing personal is in an event but ids: addresses, user agents and
-- documents are in audit_details, and the event commits to them (decision 0039).
CREATE TABLE audit_events (
    id             TEXT   NOT NULL,
    at             BIGINT NOT NULL,
    actor_kind     TEXT   NOT NULL,
    actor_id       TEXT   NOT NULL,
    actor_key      TEXT   NOT NULL, -- by which key the actor came, if by one
    actor_session  TEXT   NOT NULL,
    actor_client   TEXT   NOT NULL, -- through which application
    request_id     TEXT   NOT NULL,
    action         TEXT   NOT NULL,
    target_kind    TEXT   NOT NULL,
    target_id      TEXT   NOT NULL,
    user_id        TEXT   NOT NULL, -- the person that it concerns
    client_id      TEXT   NOT NULL, -- the application that it concerns
    outcome        TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    origin         BYTEA  NOT NULL, -- HMAC of address and user agent
    documents      BYTEA  NOT NULL, -- HMAC of before and after
    PRIMARY KEY (at, id)
);

CREATE INDEX audit_events_actor ON audit_events (actor_id, at, id) WHERE actor_id <> '';
-- Of these kinds there are few; of the others nearly every event is.
CREATE INDEX audit_events_kind ON audit_events (actor_kind, at, id) WHERE actor_kind IN ('console', 'house', 'service');
CREATE INDEX audit_events_action ON audit_events (action, at, id);
CREATE INDEX audit_events_refused ON audit_events (at, id) WHERE outcome = 'refused';
-- The trail of a person and of a client is everything that concerns them, the
-- trail of anything else is what it was the target of.
CREATE INDEX audit_events_user ON audit_events (user_id, at, id) WHERE user_id <> '';
CREATE INDEX audit_events_client ON audit_events (client_id, at, id) WHERE client_id <> '';
CREATE INDEX audit_events_target ON audit_events (target_id, at, id) WHERE target_kind NOT IN ('', 'user', 'client');

-- What of an event may be erased. An empty salt: there is nothing, or it was erased.
CREATE TABLE audit_details (
    event          TEXT   NOT NULL,
    at             BIGINT NOT NULL,
    origin_salt    BYTEA  NOT NULL,
    ip             TEXT   NOT NULL,
    agent          TEXT   NOT NULL,
    document_salt  BYTEA  NOT NULL,
    before_doc     TEXT   NOT NULL,
    after_doc      TEXT   NOT NULL,
    PRIMARY KEY (at, event)
);

CREATE INDEX audit_details_ip ON audit_details (ip, at, event) WHERE ip <> '';

-- Events whose leaf is not in the tree yet, written with the event.
CREATE TABLE audit_unsealed (
    at     BIGINT NOT NULL,
    event  TEXT   NOT NULL,
    leaf   BYTEA  NOT NULL,
    mac    BYTEA  NOT NULL,
    PRIMARY KEY (at, event)
);

-- The leaves of the tree (RFC 6962), in its order and without a gap. At each place there
-- is one that the house sealed; what somebody else writes beside it is in nobody's way.
CREATE TABLE audit_leaves (
    seq    BIGINT NOT NULL,
    event  TEXT   NOT NULL,
    at     BIGINT NOT NULL,
    leaf   BYTEA  NOT NULL,
    mac    BYTEA  NOT NULL,
    PRIMARY KEY (seq, mac)
);

CREATE INDEX audit_leaves_event ON audit_leaves (event);

-- Roots of whole subtrees, of 256 leaves at level 8, of 256 of those at 16, and so on: what a
-- proof is made of without reading all leaves. They say nothing that leaves do not.
CREATE TABLE audit_nodes (
    level  BIGINT NOT NULL,
    n      BIGINT NOT NULL,
    hash   BYTEA  NOT NULL,
    mac    BYTEA  NOT NULL,
    PRIMARY KEY (level, n, mac)
);

-- How large the tree is, and the roots of its whole subtrees, the largest first.
CREATE TABLE audit_tree (
    one       BIGINT PRIMARY KEY CHECK (one = 1),
    size      BIGINT NOT NULL,
    frontier  BYTEA  NOT NULL
);
INSERT INTO audit_tree (one, size, frontier) VALUES (1, 0, '');

-- How many events of a kind there were on a day, and up to which leaf they are counted; and
-- how much there was of something on it.
CREATE TABLE audit_tallies (
    day      BIGINT NOT NULL,
    action   TEXT   NOT NULL,
    outcome  TEXT   NOT NULL,
    detail   TEXT   NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (day, action, outcome, detail)
);

CREATE TABLE audit_tallied (
    one  BIGINT PRIMARY KEY CHECK (one = 1),
    seq  BIGINT NOT NULL
);
INSERT INTO audit_tallied (one, seq) VALUES (1, 0);

-- Looks at all of the log that are kept. mac says that this house found what a finished one says.
CREATE TABLE verifications (
    id          TEXT    PRIMARY KEY,
    state       TEXT    NOT NULL CHECK (state IN ('running', 'done', 'stopped', 'interrupted')),
    actor       TEXT    NOT NULL,
    done_rows   BIGINT  NOT NULL,
    total       BIGINT  NOT NULL,
    runs        BIGINT  NOT NULL,
    good        BOOLEAN NOT NULL,
    verdict     TEXT    NOT NULL,
    mac         BYTEA,
    created_at  BIGINT  NOT NULL,
    ended_at    BIGINT
);

CREATE UNIQUE INDEX verifications_one_runs ON verifications (state) WHERE state = 'running';

-- Who failed most often to sign in on a day, and from where: so many names of a kind and no more
-- (audit.KeepTops). Of n, so many at most were of others.
CREATE TABLE audit_tops (
    day     BIGINT NOT NULL,
    kind    TEXT   NOT NULL CHECK (kind IN ('account', 'address')),
    name    TEXT   NOT NULL,
    n       BIGINT NOT NULL,
    others  BIGINT NOT NULL,
    PRIMARY KEY (day, kind, name)
);

-- Signed heads of the tree (C2SP tlog-checkpoint).
CREATE TABLE audit_checkpoints (
    size  BIGINT NOT NULL,
    note  TEXT   COLLATE "C" NOT NULL,
    PRIMARY KEY (size, note)
);

-- Sealed events before the horizon, by time and by their place in the tree, may be
-- removed, and no others. Its time only rises, never into the last 29 days (a day less than
-- the shortest retention, since clocks differ), and only together with the event that
-- tells of the removal.
CREATE TABLE audit_horizon (
    one    BIGINT PRIMARY KEY CHECK (one = 1),
    at     BIGINT NOT NULL,
    seq    BIGINT NOT NULL,
    event  TEXT   NOT NULL
);
INSERT INTO audit_horizon (one, at, seq, event) VALUES (1, 0, 0, '');

-- +goose StatementBegin
CREATE FUNCTION audit_events_refuse() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'audit events are append-only';
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit_events_keep() RETURNS trigger AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1
        FROM audit_leaves l, audit_horizon h
        WHERE l.event = OLD.id AND l.at = OLD.at AND l.seq < h.seq AND OLD.at < h.at
    )
    THEN
        RAISE EXCEPTION 'audit events are append-only';
    END IF;
    RETURN OLD;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit_details_keep() RETURNS trigger AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1
        FROM audit_leaves l, audit_horizon h
        WHERE l.event = OLD.event AND l.at = OLD.at AND l.seq < h.seq AND OLD.at < h.at
    )
    THEN
        RAISE EXCEPTION 'audit events are append-only';
    END IF;
    RETURN OLD;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- Address and user agent go with the person who acted, the documents with the person
-- who is concerned, and only once an audit.erase event tells of it.
-- +goose StatementBegin
CREATE FUNCTION audit_details_erase() RETURNS trigger AS $$
BEGIN
    IF NEW.event <> OLD.event OR NEW.at <> OLD.at
        OR (NEW.origin_salt <> OLD.origin_salt OR NEW.ip <> OLD.ip OR NEW.agent <> OLD.agent)
            AND NOT (length(NEW.origin_salt) = 0 AND NEW.ip = '' AND NEW.agent = '' AND EXISTS (
        SELECT 1
        FROM audit_events e
        JOIN audit_events x ON x.user_id = (CASE WHEN e.actor_kind = 'person' THEN e.actor_id WHEN e.actor_kind = 'nobody' THEN e.user_id ELSE '' END) AND x.action = 'audit.erase'
        WHERE e.at = OLD.at AND e.id = OLD.event AND x.user_id <> ''
    ))
        OR (NEW.document_salt <> OLD.document_salt OR NEW.before_doc <> OLD.before_doc OR NEW.after_doc <> OLD.after_doc)
            AND NOT (length(NEW.document_salt) = 0 AND NEW.before_doc = '' AND NEW.after_doc = '' AND EXISTS (
        SELECT 1
        FROM audit_events e
        JOIN audit_events x ON x.user_id = e.user_id AND x.action = 'audit.erase'
        WHERE e.at = OLD.at AND e.id = OLD.event AND e.user_id <> '' AND e.action <> 'audit.erase'
    ))
    THEN
        RAISE EXCEPTION 'audit events are append-only';
    END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit_unsealed_keep() RETURNS trigger AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit_leaves WHERE event = OLD.event AND leaf = OLD.leaf)
    THEN
        RAISE EXCEPTION 'audit events are append-only';
    END IF;
    RETURN OLD;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit_tree_grows() RETURNS trigger AS $$
BEGIN
    IF NEW.size <= OLD.size AND NOT EXISTS (SELECT 1 FROM audit_checkpoints WHERE size = NEW.size)
    THEN
        RAISE EXCEPTION 'the audit tree only grows';
    END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit_tree_refuse() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'there is one audit tree';
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit_horizon_rises() RETURNS trigger AS $$
BEGIN
    IF NEW.at < OLD.at OR NEW.event = OLD.event
        OR NEW.at > (EXTRACT(EPOCH FROM clock_timestamp()) - 29 * 86400) * 1000000
        OR NOT EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.event AND action = 'audit.prune' AND at >= NEW.at)
    THEN
        RAISE EXCEPTION 'the audit horizon rises with an audit.prune event and stays 29 days behind';
    END IF;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION audit_horizon_refuse() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'there is one audit horizon';
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION audit_events_keep();

CREATE TRIGGER audit_details_erase BEFORE UPDATE ON audit_details
    FOR EACH ROW EXECUTE FUNCTION audit_details_erase();

CREATE TRIGGER audit_details_no_delete BEFORE DELETE ON audit_details
    FOR EACH ROW EXECUTE FUNCTION audit_details_keep();

CREATE TRIGGER audit_unsealed_no_update BEFORE UPDATE ON audit_unsealed
    FOR EACH ROW EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_leaves_no_update BEFORE UPDATE ON audit_leaves
    FOR EACH ROW EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_checkpoints_no_update BEFORE UPDATE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_leaves_no_delete BEFORE DELETE ON audit_leaves
    FOR EACH ROW EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
    FOR EACH ROW EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_unsealed_no_delete BEFORE DELETE ON audit_unsealed
    FOR EACH ROW EXECUTE FUNCTION audit_unsealed_keep();

CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_details_no_truncate BEFORE TRUNCATE ON audit_details
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_unsealed_no_truncate BEFORE TRUNCATE ON audit_unsealed
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_leaves_no_truncate BEFORE TRUNCATE ON audit_leaves
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_checkpoints_no_truncate BEFORE TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse();

CREATE TRIGGER audit_tree_grows BEFORE UPDATE ON audit_tree
    FOR EACH ROW EXECUTE FUNCTION audit_tree_grows();

CREATE TRIGGER audit_tree_no_change BEFORE INSERT OR DELETE ON audit_tree
    FOR EACH ROW EXECUTE FUNCTION audit_tree_refuse();

CREATE TRIGGER audit_tree_no_truncate BEFORE TRUNCATE ON audit_tree
    FOR EACH STATEMENT EXECUTE FUNCTION audit_tree_refuse();

CREATE TRIGGER audit_horizon_rises BEFORE UPDATE ON audit_horizon
    FOR EACH ROW EXECUTE FUNCTION audit_horizon_rises();

CREATE TRIGGER audit_horizon_no_change BEFORE INSERT OR DELETE ON audit_horizon
    FOR EACH ROW EXECUTE FUNCTION audit_horizon_refuse();

CREATE TRIGGER audit_horizon_no_truncate BEFORE TRUNCATE ON audit_horizon
    FOR EACH STATEMENT EXECUTE FUNCTION audit_horizon_refuse();
