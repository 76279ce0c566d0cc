# The targets for people and scripts; "make" alone lists them.
#
# Only this file sets the build tags: goolm selects the pure Go implementation of
# Matrix's encryption, sqlite_fts5 enables SQLite's full-text search. SQLite needs a
# C compiler.

tags := goolm,sqlite_fts5
# Vet has a target of its own, and only debuggers read DWARF: without both, a test is
# linked in half the time.
test := go test -tags $(tags) -vet=off -ldflags=-w
lint := go tool -modfile=testkit/lint/go.mod golangci-lint
export CGO_ENABLED := 1

# The packages whose tests start the homeserver named by HERAUT_TEST_HOMESERVER,
# except testkit/bench, whose results say nothing about a homeserver.
end_to_end := ./testkit ./testkit/crash ./testkit/endtoend/... ./matrix

# Prints a line "DIRECTORY TARGET" for each fuzz target.
fuzz_targets = grep -rn --include='*_test.go' '^func Fuzz' . | sed -E 's|/[^/]*:[0-9]+:func (Fuzz[A-Za-z0-9_]*).*| \1|' | sort -u

SOAK ?= 30m

.PHONY: help build demo test exchanges picture test-synapse test-senders breaks crash soak fmt vet lint check fuzz bench compare figures release

help:
	@echo 'make build          bin/bot'
	@echo 'make demo           a homeserver, the bot and a prompt, in this terminal'
	@echo 'make test           all tests, on a real Dendrite where one is needed'
	@echo 'make exchanges      doc/exchanges.md: forty exchanges, from published catalogues'
	@echo 'make picture        doc/phone.png: four messages at the width of a phone (needs chromium)'
	@echo 'make test-synapse   the end-to-end tests on a real Synapse (needs Python)'
	@echo 'make test-senders   webhooks from a real Gitea, which it builds, and other real tools'
	@echo 'make breaks         every row of the break table, some ten minutes'
	@echo 'make soak SOAK=30m  talks to the bot while everything around it breaks, and counts'
	@echo 'make crash ROUNDS=n kills the bot n times while it is asked, and counts the answers'
	@echo 'make check          formatting, vet, lint, tests with the race detector, short fuzzing'
	@echo 'make lint           the linter alone; make fmt and make vet: the other two alone'
	@echo 'make fuzz           ten minutes over all fuzz targets'
	@echo 'make bench          the benchmarks'
	@echo 'make compare        Héraut beside four other bots, as a table; ROUNDS=3 HOMESERVER=dendrite|synapse'
	@echo 'make figures BEFORE=c size, names, repetition and prose of the code, beside those of commit c'
	@echo 'make release        programs, packages, image and checksums in dist/ (packaging/README.md)'

build:
	go build -trimpath -tags $(tags) -o bin/bot ./cmd/bot

demo:
	@go build -v -trimpath -tags $(tags) -o bin/ ./cmd/bot ./cmd/demo
	@exec bin/demo bin/bot

# Building the homeserver first shows progress: go test prints nothing before the end
# of a package.
test:
	@go run -tags $(tags) ./testkit/prepare dendrite
	$(test) -shuffle=on -timeout 15m ./...

# Writes doc/phone.png, the README's picture, from the HTML of the messages.
picture:
	PICTURE=$(CURDIR)/doc/phone.html $(test) ./cmd/bot -run TestPicture
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1660,880 --screenshot=doc/phone.png file://$(CURDIR)/doc/phone.html
	rm doc/phone.html

# Writes doc/exchanges.md anew, from published catalogues, and doc/exchanges-room.md.
exchanges:
	$(test) ./cmd/bot -run TestExchangesPage -args -update
	$(test) ./commands -run TestRoomExchanges -args -update

# Most of these tests wait more than they compute, so more of them run at once than
# there are processors.
test-synapse:
	@go run -tags $(tags) ./testkit/prepare synapse
	HERAUT_TEST_HOMESERVER=synapse $(test) -count=1 -p 4 -parallel 4 -shuffle=on -timeout 30m $(end_to_end)

# Tools that post to webhooks. Gitea takes minutes to build; its tags are of its own.
# Alertmanager is Debian's package prometheus-alertmanager; without it, its test skips.
gitea := -modfile=testkit/gitea/go.mod
test-senders:
	go build $(gitea) -tags sqlite,sqlite_unlock_notify -o bin/gitea code.gitea.io/gitea
	HERAUT_GITEA=$(CURDIR)/bin/gitea \
	HERAUT_GITEA_ROOT=$$(go list $(gitea) -m -f '{{.Dir}}' code.gitea.io/gitea) \
	HERAUT_ALERTMANAGER=$$(command -v prometheus-alertmanager) \
	$(test) -count=1 -v -run '^(TestGitea|TestAlertmanager|TestCurl)$$' ./webhook

breaks:
	@go run -tags $(tags) ./testkit/prepare dendrite
	HERAUT_BREAKS=all $(test) -count=1 -parallel 6 -timeout 30m -run '^TestBreak' ./testkit/endtoend

soak:
	@go run -tags $(tags) ./testkit/prepare dendrite
	HERAUT_SOAK=$(SOAK) $(test) -count=1 -v -timeout 2h -run '^TestSoak$$' ./testkit/endtoend

crash:
	@go build -trimpath -tags $(tags) -o bin/crash ./testkit/crash
	@exec bin/crash $(ROUNDS:%=-rounds %)

fmt:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "run gofmt -w on:" $$unformatted >&2; exit 1; fi

vet:
	go vet -tags $(tags) ./...

lint:
	$(lint) run

# Tests that compute long, without the race detector, which makes them three to ten times
# slower. They share little between goroutines, and what they share other tests use.
# Their names must be in these three packages alone.
computed := ^(TestEvery(PairOfAudiences|Way|AudienceOf.*)|TestReplay|TestReplayInvented|TestFaultySources|TestNothingInjectedAndShort|TestParaphrasesFindTheirOriginal|TestHeldOutQuestions)$$

check: fmt vet lint
	@go run -tags $(tags) ./testkit/prepare dendrite
	$(test) -race -parallel 6 -shuffle=on -timeout 30m -skip '$(computed)' ./...
	$(test) -shuffle=on -timeout 30m -run '$(computed)' ./announce ./commands ./relay
	@$(MAKE) --no-print-directory fuzz-each FUZZ_SECONDS=4

fuzz:
	@n=$$($(fuzz_targets) | wc -l); $(MAKE) --no-print-directory fuzz-each FUZZ_SECONDS=$$((1200 / (n > 0 ? n : 1)))

# Two targets run at once, on one processor each: one is fuzzed while the other is built.
#
# Go sometimes takes the end of the time for a failure («context deadline exceeded»). The
# second try fails too after a real finding, which is among the seeds then.
.PHONY: fuzz-each
fuzz-each:
	@$(fuzz_targets) | xargs -L 1 -P 2 sh -c '\
		echo "$$1 $$2, $(FUZZ_SECONDS) s"; \
		fuzz="$(test) -run ^$$ -fuzz ^$$2$$ -fuzztime $(FUZZ_SECONDS)s -fuzzminimizetime 1s -parallel 1 $$1"; \
		$$fuzz || $$fuzz || exit 255' fuzz

bench:
	$(test) -run '^$$' -bench . -benchmem -timeout 30m ./...
	@go build -trimpath -tags $(tags) -o bin/bench ./testkit/bench
	@exec bin/bench

# Not part of CI: it needs Python, Node.js, their registries and a calm machine.
compare:
	@go build -trimpath -tags $(tags) -o bin/compare ./testkit/compare
	@exec bin/compare $(ROUNDS:%=-rounds %) $(HOMESERVER:%=-homeserver %)

BEFORE ?= HEAD

figures:
	@before=$$(mktemp -d) && trap 'rm -r "$$before"' EXIT && git archive $(BEFORE) | tar x -C "$$before" && \
	go run ./testkit/figures -packages "$$before" .

release:
	packaging/release
