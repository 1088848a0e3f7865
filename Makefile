# Foyer. `make` lists what there is; infra/local does the work.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

# As the functions are built: one compiler cache for all, and for every checkout (-trimpath:
# otherwise the folder is part of what is compiled).
export CGO_ENABLED := 0
export GOFLAGS := -buildvcs=false -trimpath

LOCAL := .local/bin/local
# Which grant of the template allowed which call of a test.
GRANTS := $(CURDIR)/.local/grants
# Test programs are neither vetted once more (check does it) nor given what a debugger needs.
LEAN := -vet=off -ldflags=-s\ -w
# What takes longest begins first. Tests wait for answers of the engines more than they
# compute: four packages at a time keep two cores busy.
LONGEST := ./infra/guards/worlds ./infra/guards/faults ./infra/guards/hostile ./infra/guards/reads ./infra/guards/invitation
# The packages whose tests need an engine; those of the others are in check alone.
ENGINE = $(shell grep -rl --include='*_test.go' '^//go:build engine' functions infra shared | xargs dirname | sort -u | sed 's|^|./|')
LINT_VERSION := 2.15.0
LINT := .local/bin/golangci-lint-$(LINT_VERSION)

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: $(LOCAL) ## Start Foyer on this machine, or bring what runs up to date; prints addresses and a tour
	@$(LOCAL) run

.PHONY: stop
stop: $(LOCAL) ## End exactly what `make run` started; its data are forgotten
	@$(LOCAL) stop

.PHONY: status
status: $(LOCAL) ## Say what runs
	@$(LOCAL) status

.PHONY: dev
dev: ## All operations in one process on the engine of `make run` (port 3002); restart in seconds
	@go run ./infra/local/dev

# There is memory enough to collect garbage seldom: the compiler takes a fifth less of the
# processor for it, the linter a third.
check integration story proof fuzz mutants cost: export GOGC := 400

.PHONY: check
check: $(LOCAL) $(LINT) ## Build, vet, lint, unit and catalogue tests (under 2 minutes)
	@$(call step,build)
	@go list -export ./... >/dev/null # compiles all, functions too; linking them takes a minute, and sam build does it
	@$(call step,vet and lint)
	@$(LINT) run --allow-parallel-runners # vet's own checks too (govet), of all files: none is for builds without the tags that it is given
	@$(call step,unit and catalogue tests)
	@$(LOCAL) test unit $(LEAN) ./...

.PHONY: test
test: $(LOCAL) ## check, tests on an engine, and beside them the story on a deployed stack (under 15 minutes)
	@$(MAKE) -j 2 check tools
	@$(call step,functions)
	@$(LOCAL) build # beside the tests it would wait for the processor, and the story for it
	@$(MAKE) -j 2 integration story # the story waits for a reminder most of its time
	@$(LOCAL) total unit integration story

.PHONY: tools
tools: $(LOCAL) # on a new machine it waits for what it loads, while check computes
	@$(LOCAL) tools

.PHONY: integration
integration: $(LOCAL) ## Tests of the real handlers on an engine of their own, each function under its own policy
	@$(call step,integration tests)
	@rm -rf $(GRANTS) && mkdir -p $(GRANTS)
	@FOYER_IAM_RECORD=$(GRANTS) $(LOCAL) with-engine -- $(LOCAL) test integration -tags engine -count 1 -timeout 20m $(LEAN) -p 4 -parallel 4 $(LONGEST) $(ENGINE)
	@$(call step,grants that no test needed)
	@FOYER_IAM_RECORD=$(GRANTS) go run ./infra/grants

.PHONY: story
story: $(LOCAL) ## The main job end to end through HTTP, on a stack deployed for it
	@$(call step,story)
	@$(LOCAL) deploy-test -- $(LOCAL) test story $(LEAN) -tags story -count 1 -timeout 12m ./infra/story/...

# TIME is how long each guard takes, SEED what it draws from (printed on failure).
TIME := 10m
SEED :=
.PHONY: proof
proof: $(LOCAL) ## The guards in their deep form: make proof TIME=10m SEED=7
	@$(call step,guards)
	@FOYER_PROOF_TIME=$(TIME) FOYER_PROOF_SEED=$(SEED) $(LOCAL) with-engine -- $(LOCAL) test proof -tags engine -count 1 -p 1 -timeout 12h ./infra/guards/... ./shared/policy ./shared/companies ./shared/licences ./shared/imports
	@$(MAKE) fuzz TIME=$(TIME)
	@$(MAKE) mutants MUTANTS_TIME=4h # all of them anew, which takes more than the 25 minutes of a look

.PHONY: cost
cost: $(LOCAL) ## What each operation costs, and a month of 1,000 clients; writes infra/reports/cost.md
	@$(LOCAL) with-engine -- go test -tags engine -count 1 -run '^(TestEveryOperationIsAtItsLeast|TestTheReportIsUpToDate)$$' ./infra/guards/cost -write
	@cat infra/reports/cost.md

.PHONY: fuzz
fuzz: ## Every fuzz target in turn, each for its share of a time: make fuzz TIME=5m
	@go run ./infra/guards/fuzz $(TIME)

.PHONY: mutants
mutants: $(LOCAL) ## Every check is needed: without it a test fails; MUTANTS_TIME=25m: how long at most, MUTANTS_MORE=1: go on where the last run ended
	@$(call step,mutants)
	@$(LOCAL) with-engine -- go run ./infra/mutants $(if $(MUTANTS_TIME),-time $(MUTANTS_TIME)) $(if $(MUTANTS_MORE),-more) -report infra/reports/mutants.md

.PHONY: samlocal
samlocal: ## `sam local invoke` and `start-api` for real (Linux, root, docker.io)
	@go run ./infra/samlocal

.PHONY: build
build: ## sam build for AWS, static and small, with the SAM CLI that is installed; then: sam deploy --guided
	@GOFLAGS='"-ldflags=-s -w" -trimpath -buildvcs=false -tags=lambda.norpc' sam build

.PHONY: validate
validate: $(LOCAL) ## sam validate --lint
	@$(LOCAL) validate

.PHONY: bench
bench: ## Start, size and memory of every function, and warm calls, against bare handlers
	@go run ./infra/bench

.PHONY: openapi
openapi: ## Write infra/openapi.json and events/ from the catalogue
	@go run ./infra/openapi

.PHONY: mails
mails: ## Write every kind of mail as a page to .local/mails, to look at in a browser
	@mkdir -p .local/mails
	@go test -count 1 -run '^TestMailsReadAsTheirGoldenFiles$$' ./shared/letters -mails $(CURDIR)/.local/mails

.PHONY: clean
clean: stop ## Stop, and remove builds and logs; tools and Python environments stay
	@rm -rf .aws-sam .local/build .local/log .local/results .local/engine .local/demo.json

step = printf '\n== %s  [%(%H:%M:%S)T]\n' '$(1)' -1

# Rebuilt each time: the compiler knows best whether there is anything to do.
.PHONY: $(LOCAL)
$(LOCAL):
	@command -v go >/dev/null || { echo 'go 1.26 or later is not there (https://go.dev/dl/)' >&2; exit 1; }
	@go build -o $(LOCAL) ./infra/local

$(LINT): | .local/bin
	@echo 'installing golangci-lint $(LINT_VERSION) (once, a minute or two)'
	@GOBIN=$(CURDIR)/.local/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(LINT_VERSION)
	@mv .local/bin/golangci-lint $(LINT)

.local/bin:
	@mkdir -p .local/bin
