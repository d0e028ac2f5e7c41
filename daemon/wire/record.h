/*
 * record.h - a decision as it is kept: named by ids, independent of the rule set in memory
 */
#ifndef WIRE_RECORD_H
#define WIRE_RECORD_H

#include "base/digest.h"
#include "core/decide.h"

struct record_candidate {
    struct str organisation;
    int rung;
    enum passed passed;
    int open, capacity;
    int64_t given_ms;
    bool partner;
};

struct record {
    struct digest ruleset;
    enum outcome outcome;
    struct str rule, rule_file;
    unsigned rule_line;
    struct str classifier, category;
    const struct str *tags;
    int n_tags;
    int rung;
    struct str organisation, partner, code;
    struct duration respond_within, finish_within;
    const struct record_candidate *candidates;
    int n_candidates;
    bool truncated;
    const struct str *excluded; /* organisation ids */
    int n_excluded;
    int64_t arrived_ms;
    struct str by; /* operator who assigned by hand; empty: the rules */
    struct {
        int count;
        int64_t last_ms;
        struct str organisation;
    } earlier;
};

/* A decision in the names of its rule set. Strings are borrowed from `rs` and `d`. False past the arena's budget. */
bool record_of(struct arena *a, const struct ruleset *rs, const struct decision *d, const int *excluded, int n_excluded,
               int64_t arrived_ms, struct record *out);
/* Adds what the rules were told came before; record_of() leaves that out. */
void record_add_earlier(struct record *r, const struct ruleset *rs, const struct earlier *e);
/* The same read back for `rs`. */
struct earlier record_earlier(const struct record *r, const struct ruleset *rs);
struct str record_encode(struct arena *a, const struct record *r);
bool record_decode(struct arena *a, struct str bytes, struct record *out);

#endif
