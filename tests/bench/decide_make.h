/*
 * decide_make.h - rule sets of any size over the real regions, categories and roster, and referrals to decide
 *
 * Made as YAML and read by conf/, as an operator's would be. The same number gives the same set. Ladders are those of
 * config/rules; words are parts of category names.
 */
#ifndef BENCH_DECIDE_MAKE_H
#define BENCH_DECIDE_MAKE_H

#include "conf/load.h"

struct make {
    struct arena *a;
    struct source config;          /* config/ whole */
    const struct ruleset *shipped; /* what it comes to */
    struct str *ladders;           /* "    route:..." blocks of config/rules */
    size_t n_ladders, cap_ladders;
    struct str *words;             /* 2 to 4 characters */
    size_t n_words, cap_words;
    uint64_t rng;
};

bool make_open(struct make *m, const char *config_dir);
void make_close(struct make *m);

/* config/ with `n` rules and `words` different words in place of its own rules. In `a`. */
struct source make_rules(struct make *m, struct arena *a, int n, int words);

/* `n` referrals; with `text`, about 300 characters of it. In `a`. */
const struct referral *make_referrals(struct make *m, struct arena *a, int n, bool text);

uint64_t make_random(struct make *m);
int make_below(struct make *m, int limit);

#endif
