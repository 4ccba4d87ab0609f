# Two commands: `make drill` runs a drill, `make test` runs every test.
#
# The embedded Temporal server takes some minutes to compile the first time.

GO      ?= go
BIN     := bin/failoverdrill
OUT     ?= runs
LINT    := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
# Tests end in a summary, with what was skipped and why.
TEST    := $(GO) run gotest.tools/gotestsum@v1.13.0 --format pkgname-and-test-fails --format-hide-empty-pkg --
FUZZ    ?= 20s

# One static binary plays every component.
export CGO_ENABLED := 0

.PHONY: drill drills launchers smoke test short verify fix fuzz bench selftest survive build clean

## drill: build, run the active-hot drill, end in a summary and a verdict
drill: build
	$(BIN) run active-hot --out $(OUT)

## drills: every drill with the label LABEL, the models unless another is named, RUNS times
LABEL ?= model
RUNS ?= 1
drills: build
	$(BIN) run --label $(LABEL) --runs $(RUNS) --out $(OUT)

## launchers: each model as processes and as containers, RUNS times, side by side
launchers: build
	$(BIN) run --label model --launcher process,container --runs $(RUNS) --out $(OUT) --distribution $(OUT)/launchers.json

## smoke: the quickest drill that fails over
smoke: build
	$(BIN) run --label smoke --out $(OUT)

# A service in a module of its own, as a user has it.
EXAMPLE := suites/examples/payments

## test: every test, the drills of all models included (some fifty minutes)
# One package at a time: two drills at once would disturb each other.
test: build
	FAILOVERDRILL_BIN=$(abspath $(BIN)) $(TEST) -p 1 -timeout 60m ./...
	cd $(EXAMPLE) && FAILOVERDRILL_BIN=$(abspath $(BIN)) $(TEST) -timeout 30m ./...

## short: the tests that run no drill
short:
	$(GO) test $$($(GO) list ./... | grep -v -e /suites$$ -e /suites/containers -e /fixtures/launch -e /cmd/ -e /fixtures/cluster -e /fixtures/goworker -e /suites/drilltest)

## verify: what has to hold before a change goes in
verify:
	$(GO) mod tidy -diff
	cd $(EXAMPLE) && $(GO) mod tidy -diff && $(GO) vet ./...
	$(LINT) run ./...

## fix: what a machine can mend of it
fix:
	$(GO) mod tidy
	$(LINT) run --fix ./...

## fuzz: every fuzz target for FUZZ each
fuzz:
	$(GO) test -run NONE -fuzz FuzzParse -fuzztime $(FUZZ) ./drills
	$(GO) test -run NONE -fuzz FuzzLoadEvents -fuzztime $(FUZZ) ./drills/record
	$(GO) test -run NONE -fuzz FuzzLoadLedger -fuzztime $(FUZZ) ./drills/record
	$(GO) test -run NONE -fuzz FuzzLoadProbes -fuzztime $(FUZZ) ./drills/record
	$(GO) test -run NONE -fuzz FuzzReadJournal -fuzztime $(FUZZ) ./drills/journal
	$(GO) test -run NONE -fuzz FuzzDecode -fuzztime $(FUZZ) ./fixtures/codec
	$(GO) test -run NONE -fuzz FuzzFrames -fuzztime $(FUZZ) ./toxics/wire

## bench: time to the first accepted operation, wall time by phase, memory, what lanes cost, and known outages
bench: build
	$(BIN) bench --out $(OUT)
	$(BIN) bench --probes --out $(OUT)
	$(BIN) truth

## selftest: plant defects, and see that each is found, and nothing in CONTROLS drills that break nothing
CONTROLS ?= 1
selftest: build
	$(BIN) selftest --controls $(CONTROLS) --out $(OUT)

## survive: kill the harness at KILLS moments of a drill, recover, and see that nothing is left
KILLS ?= 4
SEED  ?= 1
LAUNCHER ?= process
survive: build
	$(BIN) survive --kills $(KILLS) --seed $(SEED) --launcher $(LAUNCHER) --out $(OUT)

## build: the binary
build:
	$(GO) build -o $(BIN) ./cmd/failoverdrill

clean:
	rm -rf bin
