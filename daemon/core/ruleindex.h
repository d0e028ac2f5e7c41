/*
 * ruleindex.h - which rules can hold for a referral, found without looking at all of them
 *
 * For every value that a fact can take (a region, a category, a mode, a range of claims...) there is a row of bits, one bit
 * for each alternative of each rule, set where that fact does not rule it out. A referral picks one row a fact; what is set
 * in all of them can hold. A second, shorter row has one bit for each word of the first that is not zero, so that most words
 * are never read (bit-vector packet classification: Lakshman and Stiliadis, SIGCOMM 1998; the summary: Baboescu and
 * Varghese, SIGCOMM 2001).
 *
 * What comes out is never too little, and in order. Most alternatives are sure: nothing has to be evaluated for them.
 *
 * Threads: an index is immutable; a search belongs to one thread.
 * Errors:  NULL or false past an arena's budget, nothing else.
 */
#ifndef CORE_RULEINDEX_H
#define CORE_RULEINDEX_H

#include "core/match.h"

struct ruleindex;

/* One rule or classifier, by its place in the list. */
struct ruleindex_item {
    const struct cond *when;
    bool uncategorised; /* can only count while the referral has no category */
};

enum ruleindex_use {
    RULEINDEX_RULES,       /* category and tags are final when a search begins */
    RULEINDEX_CLASSIFIERS, /* they may change while it goes on */
};

/* `seed` is for hashing what peers may choose: agencies, offences, tags. It has no influence on results. */
const struct ruleindex *ruleindex_build(struct arena *a, const struct ruleset *rs, const struct ruleindex_item *items, int n,
                                        enum ruleindex_use use, uint64_t seed);
/* Both indices of a finished rule set, into its arena. False past the budget. */
bool ruleindex_attach(struct ruleset *rs, uint64_t seed);

#define RULEINDEX_AXES   18 /* facts with one value */
#define RULEINDEX_CROWDS 3  /* facts with several: tags, parties, words */
#define RULEINDEX_MORE   8  /* rows read beside a crowd's own; further ones are gathered first */

struct ruleindex_search {
    const struct ruleindex *index;
    const uint64_t *rows[RULEINDEX_AXES];
    int n_rows, n_sparse; /* the first ones: those whose summary says something */
    struct {
        const uint64_t *rows[RULEINDEX_MORE + 2];
        int n;
    } crowds[RULEINDEX_CROWDS];
    int n_crowds;
    int block;        /* of 64 words */
    uint64_t words;   /* left in the block */
    int word;
    uint64_t bits;    /* left in the word */
    int last;         /* item given */
};

/* `m` as it stands; `a` for what has to be gathered. */
bool ruleindex_begin(const struct ruleindex *x, struct arena *a, const struct match *m, struct ruleindex_search *s);
/* The next item that can hold, -1 after the last one. *sure: it does hold, without a look at its conditions. */
int ruleindex_next(struct ruleindex_search *s, bool *sure);

/* Whether `x` was made for this very rule set; a changed copy of one is not. False for NULL. */
bool ruleindex_serves(const struct ruleindex *x, const struct ruleset *rs);

/* How large it came out; for benches and for `rules` reports. */
struct ruleindex_shape {
    int items, alternatives, sure, words;
    int rows[RULEINDEX_AXES + RULEINDEX_CROWDS]; /* 0: no rule asks for that fact */
    size_t bytes;
};
struct ruleindex_shape ruleindex_shape(const struct ruleindex *x);

#endif
