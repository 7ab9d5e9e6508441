# Gatehouse: `make` prints what there is. Two commands are all a stranger needs:
# `make run` (a demo with a sign-in to try) and `make test` (everything).

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
GO ?= go
export CGO_ENABLED ?= 0
BIN := bin/gatehouse
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# Without it gRPC brings a page of traces, and with that 12 MiB of methods that nobody calls.
TAGS := grpcnotrace
LDFLAGS := -s -w -X main.version=$(VERSION)
TOOL := $(GO) tool -modfile=tools/go.mod
PACKAGES := ./... gatehouse.example/verify/... gatehouse.example/client/...

.DEFAULT_GOAL := help
.PHONY: help run build test test/quick test/race test/all test/api test/clients test/fronts test/pages screenshots drills properties fuzz fuzz/paths bench bench/http bench/decisions bench/policy bench/apply bench/growth bench/lists bench/console bench/audit bench/spread soak verify generate fmt clean install-test-servers

help: ## Print the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z\/-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Build and start the demo: a server, people, and an application to sign in to
	@exec $(BIN) demo $(ARGS)

# No -trimpath here: it would compile everything a second time beside the tests.
build: ## Build the one static binary into bin/
	@[ -e $(BIN) ] || echo "Building Gatehouse. The first time takes some minutes: modules are downloaded and compiled."
	@mkdir -p bin
	@$(GO) build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/gatehouse

test: install-test-servers verify test/all ## The whole suite with its set-up: SQLite, PostgreSQL, Chromium

test/quick: ## Pure Go and SQLite only; installs nothing
	@echo "Running the tests that need only Go. The first time they are compiled for some minutes."
	@env -u CI GATEHOUSE_TEST_POSTGRES= GATEHOUSE_TEST_REDIS= GATEHOUSE_TEST_CHROMIUM=skip GATEHOUSE_TEST_API=skip $(GO) test $(PACKAGES)

# verify has vetted already.
test/all: install-test-servers
	@echo "Running all tests. The first time they are compiled for some minutes before the first answers."
	@scripts/with-servers $(GO) test -count=1 -vet=off -timeout 25m $(PACKAGES)

test/race: install-test-servers ## The suite under the race detector
	@CGO_ENABLED=1 scripts/with-servers $(GO) test -race -timeout 40m $(PACKAGES)

test/clients: install-test-servers ## Clients of other people (docs/clients.md), from npm, PyPI, Maven and the module proxy
	@scripts/test-clients

test/fronts: install-test-servers ## Caddy and Envoy themselves before the gate; builds the first, which takes some minutes
	@scripts/test-fronts

test/api: install-test-servers ## The admin API asked whatever its document allows and much that it does not, by schemathesis
	@GATEHOUSE_TEST_API=long scripts/with-servers $(GO) test -count=1 -timeout 25m -v -run 'TheAPIAnswersAsItsDocumentSays' ./internal/housetest

test/pages: install-test-servers ## Every page of the console in English and German, in both themes and every width, by axe; the journeys in every way
	@GATEHOUSE_TEST_PAGES=all scripts/with-servers $(GO) test -count=1 -timeout 60m -v -run 'EveryPageOfTheConsole|ThePartsOfTheConsole|FromSetUpToAn|ARoleThatIsGiven|AnEventIsFound|WhoIsSignedOut|AnswersWhy|AnAdministrator|ARoleIsMade|FiveThousand' ./internal/e2e

screenshots: install-test-servers ## Every page light, dark and on a phone, into docs/screenshots/
	@GATEHOUSE_TEST_SCREENSHOTS=$(CURDIR)/docs/screenshots scripts/with-servers $(GO) test -count=1 -timeout 30m -v -run 'ScreenshotsOf' ./internal/e2e

drills: install-test-servers ## The fault drills in their long form
	@GATEHOUSE_TEST_DRILLS=long scripts/with-servers $(GO) test -count=1 -timeout 60m -run 'Drill' -v ./internal/drills/...

properties: install-test-servers ## The properties of access decisions, each on a million questions or more
	@GATEHOUSE_TEST_PROPERTIES=long scripts/with-servers $(GO) test -count=1 -timeout 30m -v -run 'Naive|Edge|Nanosecond|Until|Order|Deny|With|Agrees' ./access

fuzz: ## Each fuzz target for FUZZTIME (30s)
	@scripts/fuzz $${FUZZTIME:-30s}

fuzz/paths: install-test-servers ## A million paths, as the gate, nginx and a Go server see them
	@GATEHOUSE_TEST_PATHS=$${PATHS:-1000000} $(GO) test -count=1 -timeout 60m -v -run 'SeeTheSamePath' ./internal/housetest

bench: ## The Go benchmarks
	@scripts/with-servers $(GO) test -run '^$$' -bench . -benchmem $(PACKAGES)

bench/http: build ## The built server beside a bare one, if the load driver is at hand
	@scripts/bench-http

bench/gate: build ## The gate beside its upstream alone, a bare reverse proxy, and nginx, if the load driver is at hand
	@scripts/bench-http -only gate

bench/decisions: ## Decisions of access beside cedar-go, OPA and casbin
	@cd bench && $(GO) test -run '^$$' -bench . -timeout 30m $(ARGS) ./decisions

bench/policy: ## A policy of a hundred thousand grants read, compiled and changed
	@scripts/with-servers $(GO) test -run '^$$' -bench LoadPolicy -benchtime 5x -timeout 30m ./store
	@$(GO) test -run '^$$' -bench 'Compile|OnePrincipal|Decide' -benchmem ./access

bench/apply: ## Ten thousand objects of files applied while people sign in, beside a plain insert of the same rows
	@scripts/with-servers $(GO) test -run '^$$' -bench Apply -benchtime 1x -count 5 -timeout 30m ./internal/housetest

bench/growth: build ## A house of a million people beside an empty one; takes a quarter of an hour
	@scripts/bench-http -growth $${PEOPLE:-1000000}

bench/lists: install-test-servers ## The admin API's lists in a house of a million people, on both databases
	@scripts/with-servers $(GO) run ./internal/bench -lists $${PEOPLE:-1000000} $(ARGS)

bench/console: install-test-servers ## The pages of the console in a house as large as the large demo, on both databases
	@scripts/with-servers $(GO) run ./internal/bench -console $(ARGS)

bench/audit: install-test-servers ## An audit log of a million events: its pages, its export, its verification
	@scripts/with-servers $(GO) run ./internal/bench -audit $${EVENTS:-1000000} $(ARGS)

bench/spread: install-test-servers ## How long what is taken back goes on at another replica, its gate, and in what lasts; ROUNDS=20 for a look
	@GATEHOUSE_TEST_SPREAD=long scripts/with-servers $(GO) test -count=1 -timeout 30m -parallel 8 -run 'ThePolicySpreads' -v ./house
	@GATEHOUSE_TEST_SPREAD=long GATEHOUSE_TEST_ROUNDS=$${ROUNDS:-200} scripts/with-servers $(GO) test -count=1 -timeout 60m -parallel 8 -run 'TestDrillTheGateOfAnother' -v ./internal/drills
	@GATEHOUSE_TEST_SPREAD=long scripts/with-servers $(GO) test -count=1 -timeout 30m -run 'HowMuchMemoryAStream' -v ./internal/housetest

soak: install-test-servers ## Ten minutes of a gate under a thousand streams and the requests beside them
	@GATEHOUSE_TEST_SOAK=long scripts/with-servers $(GO) test -count=1 -timeout 30m -run 'TestDrillAGateUnderStreams' -v ./internal/drills

verify: ## Generated code, formatting, vet, staticcheck, modules, minimum versions
	@scripts/verify

generate: ## Write generated code and documents again
	@$(TOOL) templ generate -path ui
	@$(TOOL) templ generate -path demo
	@$(GO) run ./config/gen
	@$(GO) run ./admin/gen
	@$(TOOL) oapi-codegen -config client/gen/config.yaml admin/openapi.json
	@$(TOOL) gofumpt -w client/generated.go

fmt: ## Format the Go code
	@$(TOOL) gofumpt -w $$(git ls-files '*.go' | grep -v '_templ\.go$$')

clean: ## Remove what was built; data stays
	@rm -rf bin

install-test-servers:
	@scripts/install-test-servers
