# make run    walks through a guided incident with poskoctl
# make test   runs every test
# make check  is what CI runs: tests, lint, race, kills, fuzzing, six builds
# make bench  prints the ratios of the speed table

GO      ?= go
TOOLS   := $(GO) tool -modfile=.ci/tools.mod
FUZZ    ?= 10s
export CGO_ENABLED ?= 1

.PHONY: run test check bench build lint race kills fuzz builds install-run install-test clean

run: install-run build
	.ci/walk

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/poskoctl ./cmd/poskoctl

test: install-test
	$(GO) test -shuffle=on ./...

check: install-test lint test race kills fuzz builds build
	.ci/walk

lint:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt"; exit 1; }
	$(GO) mod tidy -diff
	$(TOOLS) golangci-lint run ./...
	@dead="$$($(TOOLS) deadcode -test ./...)"; test -z "$$dead" || { echo "$$dead"; exit 1; }

race:
	$(GO) test -race -short ./store/... ./playbooks/... ./cmd/...

# The kills of 'make test' are 20; a release gets 200.
kills:
	$(GO) test -run 'Kill' -count=1 ./store ./store/evidence -kills=200

fuzz:
	.ci/fuzz $(FUZZ)

builds:
	.ci/builds

bench: install-test
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 60m ./store/... ./playbooks/... ./cmd/...

install-run install-test:
	.ci/install $(subst install-,,$@)

clean:
	rm -rf bin out
