/*
 * backtest.h - stored referrals decided again by another rule set, and what comes out differently
 *
 * A reader fetches slices of time, workers open their referrals (unseal, decode, classify, find the rule), and one thread walks
 * them in the order of arrival: it climbs the ladders under the load of that moment (core/replay.h), compares and counts. The result does
 * not depend on the number of workers. Nothing personal is kept: what is counted are ids of organisations, rules and categories.
 */
#ifndef CTL_BACKTEST_H
#define CTL_BACKTEST_H

#include "core/replay.h"
#include "ctl/counting.h"
#include "ctl/progress.h"
#include "ctl/records.h"
#include "store/replay.h"
#include "wire/record.h"

/* Why a referral could not be decided again. */
enum backtest_left {
    LEFT_NOT = 0,
    LEFT_ERASED,     /* its content was erased */
    LEFT_SEALED,     /* its content does not open: no such key in the file, or damaged */
    LEFT_UNREADABLE, /* its bytes do not decode */
    LEFT_PLACE,      /* its place is not among the divisions of the new set */
    LEFT_RECORD,     /* there is no record of the decision, or it does not decode */
    LEFT_BY_HAND,    /* decided by a person */
    LEFT_COUNT
};
extern const struct word backtest_left_words[];
extern const struct word backtest_outcome_words[]; /* enum outcome */

/* Where a referral goes, when it is not an organisation's number. */
enum { TO_MANUAL = -1, TO_REFUSED = -2 };

/* What the workers' time goes into; every 16th referral is timed. */
enum backtest_stage { STAGE_UNSEAL, STAGE_RECORD, STAGE_REFERRAL, STAGE_RULES, STAGE_COUNT };

/* What workers need; not changed while they run. */
struct backtest_set {
    const struct ruleset *rules;
    const struct keyring *keys;
    const struct names *roster; /* ids of its organisations, each under its number */
};

/* One referral on its way from a worker to the count. Lies in the arena of its block; strings of the row in its slice. */
struct backtest_case {
    enum backtest_left left;
    struct id id;
    int64_t arrived_ms;
    int city; /* of the place: 3205 */
    enum channel channel;
    struct record then;
    int *seen;               /* organisation number of each candidate of `then`; -1: not on the new roster */
    int *excluded, n_excluded;
    struct referral referral; /* what ladders look at: no text, no tags */
    struct decision decision; /* category, tags and rule; the ladder is not climbed yet */
};
/* A worker's memory: what the case keeps, and what is needed only while it is opened. */
struct backtest_memory {
    struct arena *kept, *scratch;
};
/* `stage_ns`: STAGE_COUNT sums to add to; NULL: not timed. The scratch arena is empty before and after. */
void backtest_open(const struct backtest_set *set, const struct backtest_memory *m, const struct replay_row *row,
                   struct backtest_case *out, int64_t *stage_ns);

/* Referrals of one city or channel. */
struct backtest_part {
    int64_t referrals, left, moved, elsewhere;
    int64_t then[4], would[4]; /* by enum outcome */
};

struct backtest_organisation {
    int64_t given_then, given_would; /* first decisions for it */
    int64_t full_then, full_would;   /* how often a decision found it full */
};

enum { BACKTEST_CITIES = 10000 };

struct backtest_tally {
    struct arena *arena;
    const struct ruleset *rules;
    struct names roster;     /* ids of the new roster, by number */
    struct names gone;       /* organisations that are not on the new roster: number less roster.n */
    struct names old_rules, old_categories, old_sets; /* the last by their 32 bytes */
    int64_t *old_set_referrals, *old_set_moved;
    size_t n_old_sets;
    struct backtest_organisation *organisations; /* as many as there are accounts */
    int n_organisations;
    int64_t referrals, replayed, moved, elsewhere;
    int64_t other_code, other_rule, other_category, other_limits, other_partner;
    int64_t assumed;         /* held for the usual time, because nobody ever held them */
    bool asks_earlier;       /* the new set asks what came before ... */
    int64_t silent;          /* ... and these records tell of nothing: there was nothing, or no rule asked then */
    int64_t left[LEFT_COUNT];
    int64_t outcomes[4][4];  /* then, would */
    struct pairs flows;      /* of those moved: from, to */
    struct pairs by_rule, moved_by_rule; /* old_rules, index of the new one or -1 */
    struct pairs categories; /* of those that changed: old_categories, index of the new one or -1 */
    struct backtest_part all, channels[CHANNEL_COUNT];
    struct backtest_part **cities; /* by number; NULL: none from there */
};
bool tally_init(struct backtest_tally *t, const struct ruleset *rules);
void tally_free(struct backtest_tally *t);
/* The number of an organisation, on the new roster or not; -1 when memory is out. */
int tally_organisation(struct backtest_tally *t, struct str id);
/* What a first decision of the past came to: an organisation's number or TO_*. */
int tally_then(struct backtest_tally *t, const struct record *then);
bool tally_left(struct backtest_tally *t, const struct backtest_case *c);
bool tally_case(struct backtest_tally *t, const struct backtest_case *c, int from, int to);

struct backtest {
    struct backtest_set set;
    const char *directory;
    struct replay_window window;
    struct str region; /* code; empty: everywhere */
    int threads;
    struct backtest_tally tally;
    struct replay *replay;
    struct replay_span *spans;
    int64_t usual_hold_ms;
    int *capacity;       /* of the new roster, by organisation number; 0: not on it */
    bool *as_recorded;   /* the roster in force wants the same capacity: the recorded one counts */
    struct arena *arena;
    /* where the time went */
    int64_t took_us, waited_us, counting_us, reading_us, working_us;
    int64_t stage_ns[STAGE_COUNT];
};

/*
 * The load model made ready: assignments on record, capacities. What is not DB_OK db_error() explains; DB_LOST with an empty one: memory
 * is out.
 */
enum db_result backtest_prepare(struct backtest *b, struct db *db) DB_CHECKED;
/* Everything from the first slice to the last. */
enum db_result backtest_run(struct backtest *b, struct db *db, struct progress *progress) DB_CHECKED;
/* One referral, in the order of arrival. False when memory is out. */
bool backtest_count(struct backtest *b, struct arena *a, struct backtest_case *c);
void backtest_free(struct backtest *b);

#endif
