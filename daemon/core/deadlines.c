/*
 * deadlines.c - deadlines followed from step to step
 */
#include "core/deadlines.h"

const struct word deadline_words[] = {
    {DEADLINE_KEPT, "kept", "按期"},         {DEADLINE_MISSED, "missed", "逾期"},   {DEADLINE_RUNNING, "running", "未到期"},
    {DEADLINE_DROPPED, "dropped", "不再适用"}, {DEADLINE_UNKNOWN, "unknown", "无从判断"}, {0},
};

#define STEP(kind)  (1u << STEP_##kind)
#define STATE(name) (1u << STATE_##name)

/* In which states a deadline can run, and which steps end it there. */
static const struct {
    unsigned states;
    unsigned done_by;            /* steps */
    enum progress_kind done_how; /* of STEP_PROGRESS; 0: not by progress */
    unsigned ended_by;           /* steps that are no doing of whoever had to do it */
} kinds[DUE_LIMIT] = {
    [DUE_RESPOND] = {STATE(OFFERED), STEP(ACCEPTED) | STEP(DECLINED), 0, STEP(LAPSED) | STEP(REROUTED)},
    [DUE_FINISH] = {STATE(ACCEPTED) | STATE(SUSPENDED), STEP(CONCLUDED), 0, 0},
    [DUE_ASSIGN] = {STATE(MANUAL), STEP(ASSIGNED) | STEP(RETURNED), 0, STEP(REROUTED)},
    [DUE_RESUME] = {STATE(SUSPENDED), 0, PROGRESS_RESUMED, 0},
    [DUE_CONTACT] = {STATE(ACCEPTED) | STATE(SUSPENDED), 0, PROGRESS_CONTACTED, 0},
    [DUE_FOLLOW_UP] = {STATE(FOLLOWING), STEP(FOLLOW_UP), 0, 0},
};

struct following {
    struct arena *arena;
    struct told_deadline *items;
    size_t n, cap;
    size_t running[DUE_LIMIT]; /* number in items, from 1; 0: none of this kind */
    const int64_t *finish_by;
    int n_finish_by, accepted;
    int64_t stopped_ms; /* the clock of mediation; 0: it goes */
    int64_t near_ms;    /* the finish limit is no earlier than this; 0: nothing known */
    int64_t now_ms;
};

static struct told_deadline *running(struct following *f, enum due due)
{
    return f->running[due] ? &f->items[f->running[due] - 1] : NULL;
}

static struct told_deadline *begin(struct following *f, enum due due, const struct told_step *s)
{
    struct told_deadline *d = ARENA_PUSH(f->arena, f->items, f->n, f->cap);
    if (!d)
        return NULL;
    *d = (struct told_deadline){.due = due, .result = DEADLINE_RUNNING, .started_ms = s->at_ms, .set_seq = s->seq};
    f->running[due] = f->n;
    return d;
}

static bool of_mediation(enum due due)
{
    return due == DUE_FINISH || due == DUE_CONTACT;
}

/* Holds the deadline against the moment at which its clock stands. */
static void hold(struct following *f, struct told_deadline *d, int64_t at_ms, enum deadline_result in_time)
{
    int64_t stood_ms = of_mediation(d->due) && f->stopped_ms ? f->stopped_ms : at_ms;
    if (!d->due_ms && d->due == DUE_FINISH && f->accepted > 0 && f->accepted <= f->n_finish_by)
        d->due_ms = f->finish_by[f->accepted - 1];
    if (!d->due_ms) {
        bool near = f->near_ms && stood_ms <= f->near_ms;
        d->result = in_time == DEADLINE_KEPT && !near ? DEADLINE_UNKNOWN : in_time;
        return;
    }
    d->left_ms = d->due_ms - stood_ms;
    d->result = d->left_ms < 0 ? DEADLINE_MISSED : in_time;
}

static void end(struct following *f, enum due due, const struct told_step *s, bool done)
{
    struct told_deadline *d = running(f, due);
    if (done) {
        d->done_ms = s->at_ms;
        d->done_seq = s->seq;
    }
    hold(f, d, s->at_ms, done ? DEADLINE_KEPT : DEADLINE_DROPPED);
    if (s->kind == STEP_LAPSED)
        d->result = DEADLINE_MISSED;
    f->running[due] = 0;
}

/* Ends what this step does, and what its state has no room for. */
static void end_those_of(struct following *f, const struct told_step *s, int progress)
{
    for (enum due due = DUE_RESPOND; due < DUE_LIMIT; due++) {
        unsigned step = 1u << s->kind;
        bool done = kinds[due].done_by & step || (progress && (int)kinds[due].done_how == progress);
        if (f->running[due] && (done || kinds[due].ended_by & step || !(kinds[due].states >> s->state & 1)))
            end(f, due, s, done);
    }
}

/* False when none is seen to have passed. */
static bool note_passed(struct following *f, const struct told_step *s)
{
    struct told_deadline *first = NULL;
    for (enum due due = DUE_RESPOND; due < DUE_LIMIT; due++) {
        struct told_deadline *d = running(f, due);
        if (d && d->due_ms && d->due_ms < s->at_ms && !d->passed_seq && (!first || d->due_ms < first->due_ms))
            first = d;
    }
    if (first)
        first->passed_seq = s->seq;
    return first;
}

static void note_warned(struct following *f)
{
    struct told_deadline *d = running(f, DUE_RESPOND) ? running(f, DUE_RESPOND) : running(f, DUE_FINISH);
    if (d)
        d->warned++;
}

static void note_due(struct following *f, const struct told_step *s, bool moves)
{
    int due = word_value(due_words, s->due_kind);
    if (due <= DUE_NONE || due >= DUE_LIMIT || !s->due_ms || !(kinds[due].states >> s->state & 1))
        return;
    struct told_deadline *d = running(f, (enum due)due);
    if (!d)
        d = begin(f, (enum due)due, s);
    /* Once it has passed, a step may tell instead when it is told again. */
    if (!d || (d->due_ms && s->at_ms > d->due_ms && !moves))
        return;
    d->moved += d->due_ms && d->due_ms != s->due_ms;
    d->due_ms = s->due_ms;
    d->provisional = s->provisional;
    if (due != DUE_FINISH && of_mediation((enum due)due))
        f->near_ms = s->due_ms;
}

static void follow(struct following *f, const struct told_step *s)
{
    int progress = s->kind == STEP_PROGRESS ? word_value(progress_kind_words, s->reason) : 0;
    bool moves = progress == PROGRESS_RESUMED || progress == PROGRESS_EXTENDED || s->kind == STEP_RECOUNTED;
    bool passed = s->kind == STEP_OVERDUE && note_passed(f, s);
    end_those_of(f, s, progress);
    struct told_deadline *finish = running(f, DUE_FINISH);
    if (progress == PROGRESS_SUSPENDED)
        f->stopped_ms = s->at_ms;
    if (progress == PROGRESS_RESUMED || s->kind == STEP_ACCEPTED)
        f->stopped_ms = 0;
    if (s->kind == STEP_ACCEPTED) {
        f->accepted++;
        f->near_ms = 0;
        begin(f, DUE_FINISH, s);
    }
    int64_t before_ms = finish && progress && moves ? finish->due_ms : 0;
    if (before_ms)
        finish->due_ms = 0; /* to be told anew */
    if (s->kind == STEP_WARNED)
        note_warned(f);
    note_due(f, s, moves);
    if (s->kind == STEP_OVERDUE && !passed) /* its end is told only now */
        note_passed(f, s);
    if (before_ms && (finish = running(f, DUE_FINISH)) && finish->due_ms != before_ms)
        finish->moved++;
}

bool deadlines_of(struct arena *a, const struct told_step *steps, int n, const int64_t *finish_by, int n_finish_by, int64_t now_ms,
                  struct told_deadline **out, int *n_out)
{
    struct following f = {.arena = a, .finish_by = finish_by, .n_finish_by = n_finish_by, .now_ms = now_ms};
    for (int i = 0; i < n; i++)
        if (word_known(step_kind_words, (int)steps[i].kind) && word_known(state_words, (int)steps[i].state))
            follow(&f, &steps[i]);
    for (enum due due = DUE_RESPOND; due < DUE_LIMIT; due++)
        if (f.running[due])
            hold(&f, running(&f, due), now_ms, DEADLINE_RUNNING);
    *out = f.items;
    *n_out = (int)f.n;
    return !arena_overflowed(a);
}
