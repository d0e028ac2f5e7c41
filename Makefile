# Makefile - every task of the referral router; `make help` lists them
#
# Variants live in build/<variant>: release, debug, asan (address and undefined-behaviour
# sanitizers), tsan, cov. `make VARIANT=asan` builds one; tests use asan.

SHELL    := /bin/bash
VARIANT  ?= release
B        := build/$(VARIANT)
PREFIX   ?= /usr
SYSCONF  ?= /etc
DESTDIR  ?=
RUN_SECONDS ?=

CC       ?= cc
VERSION  := 0.1.0
PKGS     := libzmq libprotobuf-c libpq yaml-0.1 libsodium libsystemd libmicrohttpd libutf8proc jansson
WARN     := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wvla \
            -Wwrite-strings -Wformat=2 -Wundef -Wimplicit-fallthrough -Wno-missing-field-initializers
WERROR   ?= $(if $(CI),-Werror,)
OPT_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
LD_release  := -pie -Wl,-z,relro,-z,now
OPT_debug   := -Og -g3
OPT_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
LD_asan     := -fsanitize=address,undefined
OPT_tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
LD_tsan     := -fsanitize=thread
OPT_cov     := -O0 -g --coverage
LD_cov      := --coverage

CFLAGS_ALL  = -std=gnu17 -D_GNU_SOURCE $(OPT_$(VARIANT)) $(WARN) $(WERROR) -Idaemon -I$(B)/gen -DVERSION='"$(VERSION)"' \
              $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(CFLAGS)
LIBS        = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lpthread -lm
# V=1 shows whole commands.
Q           = $(if $(V),,@echo '  $(1)' && )

LDFLAGS_ALL = $(LD_$(VARIANT)) $(LDFLAGS)

PROTO      := $(wildcard proto/referral/v1/*.proto)
PB_C       := $(PROTO:proto/%.proto=$(B)/gen/%.pb-c.c)
PB_O       := $(PB_C:.c=.o)
MIGRATIONS := $(sort $(wildcard daemon/store/migrations/*.sql))

FLOORS     := base core conf wire store transport tell role ctl
LIB_C      := $(foreach f,$(FLOORS),$(wildcard daemon/$(f)/*.c daemon/$(f)/*/*.c))
LIB_O      := $(LIB_C:daemon/%.c=$(B)/%.o) $(B)/gen/migrations.o
LIB        := $(B)/libreferral.a

.DEFAULT_GOAL := build

help: ## list the tasks
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(B)/referrald $(B)/referralctl ## build the daemon and its command line (VARIANT=release|debug|asan|tsan|cov)

# Generated code: protobuf-c from proto/, and the migrations as one C array.
$(B)/gen/%.pb-c.c: proto/%.proto
	@mkdir -p $(@D)
	$(call Q,PROTO $<)protoc-c -I proto --c_out=$(B)/gen $<

$(B)/gen/%.pb-c.o: $(B)/gen/%.pb-c.c | $(PB_C)
	$(call Q,CC    $<)$(CC) -std=gnu17 $(OPT_$(VARIANT)) -w -I$(B)/gen -c -o $@ $<

$(B)/gen/migrations.c: $(MIGRATIONS) daemon/store/embed.sh
	@mkdir -p $(@D)
	$(call Q,EMBED migrations)bash daemon/store/embed.sh $(MIGRATIONS) > $@.tmp && mv $@.tmp $@

$(B)/gen/migrations.o: $(B)/gen/migrations.c
	$(call Q,CC    $<)$(CC) $(CFLAGS_ALL) -c -o $@ $<

$(B)/%.o: daemon/%.c | $(PB_C)
	@mkdir -p $(@D)
	$(call Q,CC    $<)$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_O) $(PB_O)
	@rm -f $@
	$(call Q,AR    $@)ar rcs $@ $^

$(B)/referrald $(B)/referralctl: $(B)/%: $(B)/%.o $(LIB)
	$(call Q,LINK  $@)$(CC) $(LDFLAGS_ALL) -o $@ $< $(LIB) $(LIBS)

-include $(LIB_O:.o=.d) $(B)/referrald.d $(B)/referralctl.d

include tests/tests.mk

run: ## the whole router on this machine with a private PostgreSQL and real traffic (RUN_SECONDS=20 ends by itself)
	@bash deploy/run/install-packages.sh run
	@$(MAKE) --no-print-directory -j$$(nproc) build VARIANT=release
	@/usr/bin/python3 deploy/run/run.py --build build/release --work build/run --config config \
	    $(if $(RUN_SECONDS),--seconds $(RUN_SECONDS))

schema: build ## write config/schema/ anew, from the tables of the parser
	$(B)/referralctl rules schema --out config/schema

check: build ## check config/ with the daemon's own reader
	$(B)/referrald --check config

MAN        := $(wildcard docs/man/*.scd)
MAN_OUT    := $(MAN:docs/man/%.scd=build/man/%)

man: $(MAN_OUT) ## manual pages from docs/man/*.scd
build/man/%: docs/man/%.scd
	@mkdir -p $(@D)
	scdoc < $< > $@

install: build ## install into DESTDIR (FHS places)
	@bash deploy/install.sh "$(B)" "$(DESTDIR)" "$(PREFIX)" "$(SYSCONF)"

clean: ## remove what was built
	rm -rf build

.PHONY: help build run schema check man install clean
.SECONDARY:
