/*
 * place.h - where the daemon is: referrald.yaml read for its control socket
 */
#ifndef CTL_PLACE_H
#define CTL_PLACE_H

#include "base/arena.h"
#include "conf/settings.h"
#include "core/ruleset.h"
#include "ctl/command.h"

#define DEFAULT_CONFIG "/etc/referrald"

/* The configuration directory of this call. */
const char *place_config(const struct call *c);
/* The rule set of that directory, without running its tests; NULL, and told on stderr. The caller owns a reference. */
const struct ruleset *place_rules(const struct call *c);
const struct ruleset *place_rules_of(const char *dir);
/* Only referrald.yaml of `dir`, so that a fault elsewhere is no hindrance. False, and told on stderr. */
bool place_settings(struct arena *a, const char *dir, struct settings *out);
/* The control endpoint, ipc://...; NULL, and told. */
const char *place_control(struct arena *a, const struct call *c);

#endif
