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

.PHONY: test test-build

# Benchmarks: separate from the tests, never timed assertions.
BENCH_BIN  := build/release/tests/bench/load build/release/tests/bench/ceiling

build/release/tests/bench/%: tests/bench/%.c build/release/libreferral.a
	@mkdir -p $(@D)
	$(call Q,TEST  $<)$(CC) $(CFLAGS_ALL) -o $@ $< $(LDFLAGS_ALL) build/release/libreferral.a $(LIBS)

bench-intake: ## referrals taken in over CURVE, beside what plain libpq writes in the same run (build/bench/intake.json)
	@bash deploy/run/install-packages.sh run
	@$(MAKE) --no-print-directory VARIANT=release build $(BENCH_BIN)
	@/usr/bin/python3 tests/bench/intake.py

.PHONY: bench-intake
