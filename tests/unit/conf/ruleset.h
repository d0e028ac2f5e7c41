/*
 * ruleset.h - the small configuration with rules of one's own, loaded
 */
#ifndef TEST_CONF_RULESET_H
#define TEST_CONF_RULESET_H

#include "fixture.h"
#include "small.h"

/* Everything but peers and settings; files[3] is the roster. */
static inline void small_add(struct fixture *f, const char *rules)
{
    static char channels[8192];
    fixture_init(f);
    fixture_add(f, "calendar/x.csv", str_from(small_calendar));
    fixture_add(f, "categories/x.csv", str_from(small_categories));
    fixture_add(f, "channels.yaml", str_from(small_channels(channels)));
    fixture_add(f, "organisations/x.yaml", str_from(small_organisations));
    fixture_add(f, "regions/x.csv", str_from(small_regions));
    fixture_add(f, "rules/x.yaml", str_from(rules));
}

static inline void print_findings(const struct fixture *f)
{
    char *text = diag_text(f->diag);
    print_error("%s", text ? text : "");
    free(text);
}

/* NULL, and the findings printed, when it is wrong. */
static inline const struct ruleset *small_load(struct fixture *f, const char *rules)
{
    small_add(f, rules);
    const struct ruleset *rs = conf_load_ruleset(&f->source, true, f->diag);
    if (!rs)
        print_findings(f);
    return rs;
}

#endif
