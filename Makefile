# Everything that is done to this project. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help run build test test-go test-browser generate lint soak lint-deploy bench bench-log bench-browser fuzz clean

# What the program needs of npm (the dashboard's Preact), and what only the tests need besides: 850 MB.
runtime_modules := node_modules/.runtime
test_modules    := node_modules/.tests
# What only the bench compares with.
c15t            := server/cmd/assent/testdata/c15t
npm_ci          := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

# How long make soak injects faults.
SOAK ?= 5m

GO_PACKAGES := ./schemas/... ./server/... ./snippet/... ./dashboard/... ./deploy/...

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Build and serve on 127.0.0.1:8080 with the data in ./data
	bin/assent serve

build: $(runtime_modules) ## Build bin/assent
	go run ./dashboard/build
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/assent ./server/cmd/assent

test: ## Install what the tests need, then run everything
	deploy/install-test-parts.sh
	$(MAKE) lint lint-deploy test-go test-browser

test-go: $(test_modules) ## Run the Go tests, with the race detector
	go run ./dashboard/build
	go test -race -timeout 20m $(GO_PACKAGES)

test-browser: build $(test_modules) ## Run the script's, the demo's and the dashboard's tests in Chromium
	node --import tsx --test --test-reporter=spec --test-concurrency=2 snippet/test/*.test.ts dashboard/test/*.test.ts

generate: $(test_modules) ## Write the types, of the JSON Schemas and the script's API, and what tests show of security
	go generate ./schemas ./deploy/gen
	node --import tsx snippet/gen/declarations.ts

lint: $(test_modules) ## Check format, vet, static analysis, types and style
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt -w on these"; exit 1; }
	go vet $(GO_PACKAGES)
	go tool staticcheck $(GO_PACKAGES)
	node_modules/.bin/tsc -p snippet
	node_modules/.bin/tsc -p dashboard
	node_modules/.bin/biome check --error-on-warnings

lint-deploy: $(runtime_modules) ## Check what is in deploy/ with the tools that will read it
	deploy/lint.sh

bench: $(c15t)/node_modules ## Measure recording, look-ups and rates as ratios to handlers that keep nothing and to naive counts; BENCH=quick
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m -p 1 \
		./server/cmd/assent ./server/internal/embeddedstore ./server/internal/redisstore ./server/internal/clickhousestore

bench-log: ## Measure the log of decisions beside plain SHA-256, bare proofs and recording; LEAVES=2000000
	LEAVES=$(LEAVES) go test -run '^$$' -bench '^BenchmarkLog$$' -benchtime 1x -timeout 60m ./server/internal/embeddedstore

bench-browser: build $(test_modules) ## Measure the script beside a minimal one and four peers in Chromium; RUNS=5
	node --import tsx snippet/bench/run.ts

soak: $(runtime_modules) ## Play every fault of deploy/DURABILITY.md for SOAK=5m together, then 500 random histories on each store
	go run ./dashboard/build
	ASSENT_TEST_SOAK=$(SOAK) go test -count=1 -v -timeout 12h -run '^TestSoak$$' ./server/cmd/assent
	go test -count=1 -timeout 30m -run '^Test(Journal|Single|Cluster)$$/(Journal|random)/random' \
		./server/internal/embeddedstore ./server/internal/redisstore -rapid.checks=500

fuzz: ## Fuzz each decoder; FUZZTIME=30s for each
	@set -e; for file in $$(grep -rlE '^func Fuzz' --include='*_test.go' server); do \
		for name in $$(grep -oE '^func Fuzz[A-Za-z]+' $$file | cut -c6-); do \
			echo "$$name in $$(dirname $$file)"; \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(or $(FUZZTIME),30s) ./$$(dirname $$file); \
		done; \
	done

clean: ## Remove what was built and installed; the data stays
	rm -rf bin node_modules $(c15t)/node_modules dashboard/dist/assets

$(runtime_modules): package-lock.json
	$(npm_ci) --omit=dev
	@touch $@

$(test_modules): package-lock.json
	$(npm_ci)
	@touch $@ $(runtime_modules)

# c15t's SQLite driver is compiled here, against the headers that came with Node if there are any. Where that fails, the
# bench goes on without c15t and says so.
$(c15t)/node_modules: $(c15t)/package-lock.json
	cd $(c15t) && $(npm_ci) && npm_config_nodedir="$$(node -p 'path.resolve(process.execPath, "../..")')" \
		npm rebuild --build-from-source --loglevel=error better-sqlite3 && touch node_modules/.built || true
