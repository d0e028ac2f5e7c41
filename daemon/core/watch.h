/*
 * watch.h - early warning: what is counted under which key, and when a count is too high
 *
 * A watch counts the referrals for which its conditions hold, each key by itself: a place at a level, a category at a level,
 * the same set of parties, an enterprise. watch_look() looks at the days of one key and says whether they call for a warning. It
 * keeps nothing from one look to the next, so that a restart changes nothing and what came in late counts for its own day.
 *
 * A rise is found with the cumulative sum of log likelihood ratios of Poisson counts (Lucas, Technometrics 27, 1985; with an
 * expectation that differs from day to day: Hoehle and Paul, Computational Statistics & Data Analysis 52, 2008).
 *
 * Pure. Threads: any. Errors: none.
 */
#ifndef CORE_WATCH_H
#define CORE_WATCH_H

#include "core/match.h"

enum watch_test {
    WATCH_REFERRALS, /* so many in the window */
    WATCH_PLACES,    /* so many places in the window */
    WATCH_RISE,      /* more than the days before the window let one expect */
};

struct watch {
    struct str id, name, file;
    unsigned line;
    const struct cond *when; /* when[0] is a COND_ALL over the rest; NULL: every referral counts */
    int n_when;
    /* The key: all parts that are set together. */
    int place;           /* level; 0: no part of it */
    int category;        /* how deep in the tree, 1: the top; 0: no part of it */
    bool parties;        /* the same parties */
    uint64_t enterprise; /* an enterprise in one of these roles, as bits of enum party_role; 0: no part of it */
    enum watch_test test;
    int at_least;        /* referrals; WATCH_PLACES: places */
    int level;           /* of the places */
    int window;          /* days, today included */
    int quiet;           /* an episode is over after so many days without a reason for it */
    int64_t times;       /* WATCH_RISE: hundredths of the expectation to be told from it */
    int baseline;        /* ... days before the window that tell what to expect */
    int64_t false_every; /* ... days from one false alarm to the next, at the least */
    int before_within;   /* only when a holiday begins within so many days; 0: always */
    int before_lasting;  /* a holiday is so many days off in a row, at the least */
};

/* What a referral counts for. */
struct watch_key {
    int place, category; /* index; -1: no part of the key */
};
/*
 * The referral as the conditions see it, with what classification has made of it. Scans the text only when some watch asks for words.
 * False past the budget of `a`.
 */
bool watch_match(struct arena *a, const struct ruleset *rs, const struct referral *r, int category, const struct str *tags, int n_tags,
                 struct match *out);
/* False when the conditions do not hold, or the referral lacks a part of the key: a place so low, a category so deep. */
bool watch_counts(const struct watch *w, const struct match *m, struct watch_key *out);
/* How many enterprises of the referral are a key of their own, and which party number `i` of them is. */
int watch_enterprises(const struct watch *w, const struct referral *r);
struct str watch_enterprise(const struct watch *w, const struct referral *r, int i);

/* So many referrals of one key, on one day in one place; the places are told apart only by WATCH_PLACES. */
struct watch_count {
    int32_t day;
    struct str place; /* at the level of the watch; empty otherwise */
    int n;
};

struct watch_view {
    bool alarm;      /* it calls for a warning today */
    int referrals;   /* in the window */
    int places;      /* WATCH_PLACES: in the window */
    double expected; /* WATCH_RISE: referrals in the window */
    double score, limit; /* WATCH_RISE: alarm when the score has come to the limit */
    int32_t since;   /* first day of what is counted; WATCH_RISE: of the rise */
};

/* Days before today that a look goes back to. */
int watch_reach(const struct watch *w);
/* `counts` are in order of days, and not before watch_reach(). */
struct watch_view watch_look(const struct watch *w, const struct calendar *c, const struct watch_count *counts, int n, int32_t today);

/*
 * What becomes of a key's episode: raised when there is cause for alarm, over when there was none on any of the last `quiet` days;
 * between episodes the key is quiet.
 */
enum watch_act { WATCH_NOTHING, WATCH_RAISE, WATCH_STAY, WATCH_END };
enum watch_act watch_next(const struct watch *w, const struct calendar *c, const struct watch_count *counts, int n, int32_t today,
                          bool raised, struct watch_view *out);

/* True when the watch warns of nothing but what comes before holidays, and none is near. */
bool watch_idle(const struct watch *w, const struct calendar *c, int32_t today);

#endif
