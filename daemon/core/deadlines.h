/*
 * deadlines.h - what was due in the life of one referral, and whether it was kept
 *
 * Read from its steps, in order, as an outsider who follows the journal would. A step tells only what is due next: a limit that a
 * nearer one hides is known from the step that first tells it, or from the assignment that it belongs to. The clock of a mediation
 * stands while it is suspended, as in the figures of supervision (core/report_case.h), which say the same of the same steps.
 *
 * Pure. Steps and words that are not known here (later versions have more) are passed over. Errors: memory is the only one.
 */
#ifndef CORE_DEADLINES_H
#define CORE_DEADLINES_H

#include "base/arena.h"
#include "core/lifecycle.h"

#include <stdint.h>

struct told_step {
    uint64_t seq;
    enum step_kind kind;
    enum state state; /* after it */
    int64_t at_ms;
    struct str reason, due_kind;
    int64_t due_ms;
    bool provisional;
};

enum deadline_result {
    DEADLINE_KEPT = 1, /* done in time */
    DEADLINE_MISSED,   /* done too late, never done, or not yet done and passed */
    DEADLINE_RUNNING,
    DEADLINE_DROPPED,  /* something else made it pointless in time, as a withdrawal */
    DEADLINE_UNKNOWN,  /* done, and no step tells until when it should have been */
};
extern const struct word deadline_words[];

struct told_deadline {
    enum due due;
    enum deadline_result result;
    int64_t started_ms;
    int64_t due_ms;    /* as it was moved last; 0: not told */
    int64_t done_ms;   /* 0: not done */
    int64_t left_ms;   /* from the moment at which its clock stood to its end; negative: too late by so much. 0 without due_ms */
    uint64_t set_seq, done_seq, passed_seq; /* steps; 0: none. passed: the first that tells that it has passed */
    int moved, warned; /* how often */
    bool provisional;  /* counted past the published calendar */
};

/*
 * The deadlines in the order in which they began. `finish_by`: of the assignments that were accepted, in their order, for limits
 * that no step tells. False when memory is out.
 */
bool deadlines_of(struct arena *a, const struct told_step *steps, int n, const int64_t *finish_by, int n_finish_by, int64_t now_ms,
                  struct told_deadline **out, int *n_out);

#endif
