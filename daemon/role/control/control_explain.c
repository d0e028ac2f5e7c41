/*
 * control_explain.c - `explain`: each decision about a referral, why it came out so, and the same again
 */
#include "role/control/control_parts.h"

#include "store/reader.h"
#include "tell/tell.h"

enum { SHOWN_MAX = 8 }; /* newest decisions in one answer; at most eight sheets each */

/* One decision on its way into sheets. */
struct view {
    struct job *job;
    int n;
    int64_t at_ms;
    const struct explain_set *set; /* NULL: not at hand */
    struct explanation x;
    bool erased;
};

struct str text_explained(struct arena *a, const struct explanation *x, bool erased)
{
    switch (x->result) {
    case EXPLAINED_IDENTICAL:
        return STR("identical");
    case EXPLAINED_DIFFERENT:
        return STR("DIFFERS");
    case EXPLAINED_BY_HAND:
        return STR("not applicable: assigned by hand");
    case EXPLAINED_NOT:
        break;
    }
    return arena_printf(a, "not possible: %s", erased ? "the referral's content was erased" : x->why);
}

/* Only when something differs: then it says why in place of the conditions. */
static void sheet_differences(struct view *v, const struct telling *t)
{
    static const struct sheet_column columns[] = {{"field", "field", CELL_TEXT},
                                                  {"stored", "as recorded", CELL_TEXT},
                                                  {"derived", "as derived now", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet =
        sheet_add(&v->job->sheets, tell_name(t, "differences"), "What differs", columns, false);
    for (size_t i = 0; i < v->x.n; i++) {
        struct str *row = sheet_row(&v->job->sheets, sheet);
        if (!row)
            return;
        row[0] = v->x.differences[i].field;
        row[1] = arena_str(v->job->arena, v->x.differences[i].stored);
        row[2] = arena_str(v->job->arena, v->x.differences[i].derived); /* may lie in the rule set */
    }
}

/* The board of now, by the roster of the rule set that decided. */
struct board {
    const struct ruleset *rules;
    struct snapshot *now;
};

static struct load board_load_of(void *context, int organisation)
{
    const struct board *b = context;
    const struct organisation *org = &b->rules->roster.items[organisation];
    int i = b->now ? roster_find(&b->now->rules->roster, org->id) : -1;
    struct load_view view = i >= 0 ? snapshot_load(b->now) : (struct load_view){0};
    return i >= 0 ? view.of(view.context, i) : (struct load){.open = 0, .capacity = org->capacity};
}

/* --why-not ORG: of the decisions that are shown. */
static bool show_why_not(struct clerk *c, const struct telling *t, struct str organisation)
{
    if (!organisation.p || !t->referral)
        return true;
    struct board board = {t->rules, publication_get(c->office->publication)};
    bool done = tell_why_not(t, organisation, (struct load_view){board_load_of, &board});
    snapshot_unref(board.now);
    return done;
}

static bool show_decision(struct clerk *c, struct view *v)
{
    const struct telling t = {
        .sheets = &v->job->sheets,
        .rules = v->set ? v->set->rules : NULL,
        .source = v->set ? &v->set->source : NULL,
        .record = &v->x.stored,
        .referral = v->x.reopened && v->x.result != EXPLAINED_BY_HAND ? &v->x.referral : NULL,
        .n = v->n,
        .at_ms = v->at_ms,
        .rederived = text_explained(v->job->arena, &v->x, v->erased),
    };
    tell_decision(&t);
    if (v->x.result == EXPLAINED_DIFFERENT)
        sheet_differences(v, &t);
    else
        tell_conditions(&t);
    tell_words(&t);
    tell_candidates(&t);
    tell_near_misses(&t);
    if (job_option(v->job, "rules").p)
        tell_rules_before(&t);
    return show_why_not(c, &t, job_option(v->job, "why-not"));
}

/* False when the store failed; the job says why. */
static bool explain_one(struct clerk *c, struct job *j, const struct case_row *r, struct str bytes,
                        const struct decision_read *d, int *different)
{
    struct view v = {.job = j, .n = d->n, .at_ms = d->at_ms, .erased = str_empty(r->sealed)};
    struct record stored;
    char why[200] = "";
    if (!record_decode(j->arena, d->record, &stored)) {
        job_fail(j, "the record of decision %d cannot be read", d->n);
        return false;
    }
    if (!clerk_ok(c, j, explain_fetch(c->explained, c->db, stored.ruleset, &v.set, why, sizeof(why))))
        return false;
    if (!explain_decision(j->arena, v.set, r->docket.agency, bytes, d->record, &v.x)) {
        job_fail(j, "out of memory");
        return false;
    }
    if (!v.set && why[0])
        v.x.why = arena_str(j->arena, str_from(why)).p;
    *different += v.x.result == EXPLAINED_DIFFERENT;
    return show_decision(c, &v);
}

/* --decision N; 0: all. */
static bool wanted_decision(struct job *j, int n_decisions, int *out)
{
    struct str text = job_option(j, "decision");
    int n = 0;
    for (size_t i = 0; i < text.n && n <= 100000; i++)
        n = text.p[i] >= '0' && text.p[i] <= '9' ? n * 10 + (text.p[i] - '0') : 1000000;
    *out = n;
    if (!text.p || (n >= 1 && n <= n_decisions))
        return true;
    job_fail(j, "--decision takes a number from 1 to %d", n_decisions);
    return false;
}

void verb_explain(struct clerk *c, struct job *j)
{
    struct decision_read *decisions;
    struct case_row r;
    struct id id;
    int n, only, different = 0;
    if (!job_referral(j, &id) || !clerk_ok(c, j, case_read(c->db, j->arena, id, &r)))
        return;
    if (!r.found) {
        job_fail(j, "no referral has the id " STR_FMT, STR_ARG(j->args[0]));
        return;
    }
    if (!clerk_ok(c, j, decision_list(c->db, j->arena, id, &decisions, &n)) || !wanted_decision(j, n, &only))
        return;
    struct str bytes = referral_opened(c, j->arena, id, &r);
    int first = only ? only : n > SHOWN_MAX ? n - SHOWN_MAX + 1 : 1;
    for (int i = 0; i < n; i++) {
        if (decisions[i].n < first || (only && decisions[i].n != only))
            continue;
        if (!explain_one(c, j, &r, bytes, &decisions[i], &different))
            return;
    }
    if (different > 0)
        job_fail(j, "%d of the decisions came out differently when made again; the sheets say where",
                 different);
}
