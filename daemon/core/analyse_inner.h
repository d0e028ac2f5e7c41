/*
 * analyse_inner.h - what the parts of an analysis share; only for analyse*.c
 */
#ifndef CORE_ANALYSE_INNER_H
#define CORE_ANALYSE_INNER_H

#include "core/analyse.h"
#include "core/decide.h"
#include "core/space_inner.h"
#include "core/space_search.h"

/* Which of many boxes meet one: a bit for each, ANDed over its dimensions. */
struct meets {
    struct space *s;
    struct arena *a;
    const struct box *boxes;
    int n, words;
    struct meet_entry *entries; /* by dimension, then set */
    int n_entries;
    int *first;      /* entry of each dimension; one more at the end */
    uint64_t **rows; /* by set: the boxes that meet it; NULL: not asked for yet */
    size_t n_rows;
};

bool meets_build(struct meets *m, struct arena *a, struct space *s, const struct box *boxes, int n);
/* Into `out`, m->words of them. False: memory. */
bool meets_with(struct meets *m, const struct box *b, uint64_t *out);
/* The next box from `from` on; -1: none. */
int meets_next(const struct meets *m, const uint64_t *bits, int from);

enum rule_state { RULE_LIVES, RULE_DEAD, RULE_IDLE, RULE_UNKNOWN };

struct work {
    struct arena *a, *scratch;
    const struct ruleset *rs;
    const struct analyse_options *options;
    struct space *s;
    struct search *x;
    const struct box *rules;
    int n;
    int *outcome; /* by rule: equal numbers are equal outcomes */
    enum rule_state *state;
    struct meets meets;
    uint64_t *near; /* those that meet the rule at hand */
    int *point, *fresh;
    bool *tagged; /* by tag: the referral at hand has it, after classification */
    struct finding *items;
    size_t n_items, cap_items;
    struct climb_time *climbs;
    size_t n_climbs, cap_climbs;
    struct analysis *out;
    int done, total;
};

/* Numbers for the outcomes of all rules. */
int *outcome_numbers(struct arena *a, struct arena *scratch, const struct ruleset *const *rulesets,
                     int n_rulesets);

void work_tick(struct work *w);
/* False: memory. */
bool work_add(struct work *w, const struct finding *f);
/*
 * The search stands at a point: a witness there, or at another one of the same question, that `rule` (-1:
 * none) decides; with a doubt where no such is found soon. w->point is where it lies. False: memory.
 */
bool work_settle(struct work *w, int rule, struct finding *f);
/* The decision about the referral at `point`; its tags are noted in w->tagged. False: memory. */
bool work_decided(struct work *w, int *point, struct decision *d);
/* Asks no more for what classification did not leave, with the words and the source category it did so for.
 * False: all was left, or memory. */
bool work_avoid_lost(struct work *w, int *point, const struct decision *d);
enum doubt work_doubt(const struct work *w);
/* Tells when no referral is found that a rule decides which the search says is alive. */
bool work_lives(struct work *w, int rule);
/* A copy, ascending, without doubles, in the results. */
const int *work_list(struct work *w, int *items, int n);
/* Asks for a point of `b` that no rule before `before`, but for `but`, takes. */
enum search_result work_first(struct work *w, const struct box *b, int before, int but);

bool analyse_rules(struct work *w); /* unreachable, contradictory, without effect, expired */
bool analyse_gaps(struct work *w);
bool analyse_merges(struct work *w);
bool analyse_words(struct work *w); /* words and classifiers */
bool analyse_ladders(struct work *w);

#endif
