# tests.mk - what `make test` runs: floors, unit, golden, system; all under sanitizers
#
# Unit tests: each tests/unit/**/test_*.c is one program, linked with the asan library.

T          := build/asan
UNIT_C     := $(sort $(wildcard tests/unit/*/test_*.c))
UNIT_BIN   := $(UNIT_C:tests/%.c=$(T)/tests/%)

test: ## everything: floors, unit, golden, system, under sanitizers; ends with `N passed, N failed`
	@bash deploy/run/install-packages.sh test
	@bash tests/run.sh

# What tests/run.sh calls, once the packages are there.
test-build: VARIANT = asan
test-build:
	@$(MAKE) --no-print-directory VARIANT=asan build $(UNIT_BIN)

$(T)/tests/%: tests/%.c $(T)/libreferral.a
	@mkdir -p $(@D)
	$(call Q,TEST  $<)$(CC) $(CFLAGS_ALL) -Itests/unit -o $@ $< $(LDFLAGS_ALL) $(T)/libreferral.a $(LIBS) -lcmocka

# The pure core at full speed, for what is tried a million times.
FAST_O     := $(patsubst daemon/%.c,build/fast/%.o,$(wildcard daemon/base/*.c daemon/core/*.c))

build/fast/%.o: daemon/%.c
	@mkdir -p $(@D)
	$(call Q,FAST  $<)$(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g -w -Idaemon -MMD -MP -c -o $@ $<

build/fast/tests/%: tests/%.c $(FAST_O)
	@mkdir -p $(@D)
	$(call Q,FAST  $<)$(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g -w -Idaemon -Itests/unit -MMD -MP -o $@ $< $(FAST_O) $(LIBS) -lcmocka

-include $(FAST_O:.o=.d)

.PHONY: test test-build

# Fuzzing: clang's libFuzzer with its sanitizers, a corpus beside each target. FUZZ_SECONDS a target.
FUZZ_SECONDS ?= 60
F          := build/fuzz
FUZZ_C     := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN   := $(FUZZ_C:tests/fuzz/%.c=$(F)/%)
FUZZ_LIB   := $(foreach f,base core conf wire,$(wildcard daemon/$(f)/*.c))
FUZZ_FLAGS := -std=gnu17 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined

FUZZ_O     := $(FUZZ_LIB:daemon/%.c=$(F)/o/%.o) $(PROTO:proto/%.proto=$(F)/o/%.pb-c.o)

$(F)/o/%.o: daemon/%.c | $(PB_C)
	@mkdir -p $(@D)
	$(call Q,FUZZ  $<)clang $(FUZZ_FLAGS) -w -Idaemon -I$(B)/gen -MMD -MP -c -o $@ $<

$(F)/o/%.pb-c.o: $(B)/gen/%.pb-c.c
	@mkdir -p $(@D)
	$(call Q,FUZZ  $<)clang $(FUZZ_FLAGS) -w -I$(B)/gen -c -o $@ $<

$(F)/libfuzzed.a: $(FUZZ_O)
	@rm -f $@
	$(call Q,AR    $@)ar rcs $@ $^

-include $(FUZZ_O:.o=.d)

$(F)/fuzz_%: tests/fuzz/fuzz_%.c $(F)/libfuzzed.a
	$(call Q,FUZZ  $<)clang $(FUZZ_FLAGS) -fsanitize=fuzzer -Idaemon -I$(B)/gen -Itests/unit -o $@ $< $(F)/libfuzzed.a $(LIBS)

fuzz: ## run every fuzz target for FUZZ_SECONDS (60) from its corpus; stops at the first finding
	@bash deploy/run/install-packages.sh test
	@$(MAKE) --no-print-directory -j$$(nproc) $(FUZZ_BIN)
	@bash tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ_BIN)

.PHONY: fuzz

# Benchmarks: separate from the tests, never timed assertions.
BENCH_BIN  := build/release/tests/bench/load build/release/tests/bench/ceiling build/release/tests/bench/history

build/release/tests/bench/%: tests/bench/%.c build/release/libreferral.a
	@mkdir -p $(@D)
	$(call Q,TEST  $<)$(CC) $(CFLAGS_ALL) -o $@ $< $(BENCH_MORE) $(LDFLAGS_ALL) build/release/libreferral.a $(LIBS)

build/release/tests/bench/decide build/release/tests/bench/peers: tests/bench/decide_make.c tests/bench/decide_make.h
build/release/tests/bench/decide build/release/tests/bench/peers: BENCH_MORE = tests/bench/decide_make.c

bench-intake: ## referrals taken in over CURVE, beside what plain libpq writes in the same run (build/bench/intake.json)
	@bash deploy/run/install-packages.sh run
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=release build $(BENCH_BIN)
	@/usr/bin/python3 tests/bench/intake.py

bench-decide: ## decisions a second at 10 to 10,000 rules, held against a naive scan (build/bench/decide.json)
	@bash deploy/run/install-packages.sh run
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=release build build/release/tests/bench/decide
	@bash tests/bench/decide.sh

bench-peers: ## other rule engines on the same rule sets, when npm is there (build/bench/peers.json)
	@bash deploy/run/install-packages.sh run
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=release build build/release/tests/bench/peers
	@bash tests/bench/peers.sh

bench-backtest: ## a million stored referrals decided again by a rule set (build/bench/backtest.json)
	@bash deploy/run/install-packages.sh run
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=release build $(BENCH_BIN)
	@/usr/bin/python3 tests/bench/backtest.py

bench-report: ## a supervision report over a stored half year, and its comparison with the journal (build/bench/report.json)
	@bash deploy/run/install-packages.sh run
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=release build
	@/usr/bin/python3 tests/bench/report.py

bench-watch: build/fast/tests/bench/watch ## false alarms a year and detection delay of the early warning, over seeded series (build/bench/watch.jsonl)
	@mkdir -p build/bench
	@build/fast/tests/bench/watch | tee build/bench/watch.jsonl

.PHONY: bench-intake bench-decide bench-peers bench-backtest bench-report bench-watch

# The life cycle driven at random (tests/model/model.py): a job has a database and two daemons of its own.
EVENTS ?= 1000000
SEED   ?= 1
JOBS   ?= 1

model: ## EVENTS (1000000) random events by SEED (1) against two daemons, held against the table of transitions (build/model)
	@bash deploy/run/install-packages.sh test
	@$(MAKE) --no-print-directory -j$$(nproc) VARIANT=release build
	@bash tests/model/model.sh --events $(EVENTS) --seed $(SEED) --jobs $(JOBS)

.PHONY: model
