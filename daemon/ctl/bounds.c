/*
 * bounds.c - what a referral can be
 */
#include "ctl/bounds.h"

#include "base/clock.h"
#include "conf/load.h"
#include "wire/limits.h"

struct bounds bounds_of(const struct peers *peers)
{
    return (struct bounds){.parties_min = 1,
                           .parties_max = LIMIT_PARTIES,
                           .claim_max = LIMIT_AMOUNT_MINOR,
                           .today = calendar_day_of_ms(clock_now_ms()),
                           .peers = peers};
}

const struct peers *bounds_peers(const struct ruleset_dir *d)
{
    struct diag *silent = diag_new();
    const struct peers *peers = silent ? conf_load_peers(&d->source, d->rs, "", silent) : NULL;
    diag_free(silent);
    return peers;
}
