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
	$(CC) $(CFLAGS_ALL) -Itests/unit -o $@ $< $(LDFLAGS_ALL) $(T)/libreferral.a $(LIBS) -lcmocka

.PHONY: test test-build
