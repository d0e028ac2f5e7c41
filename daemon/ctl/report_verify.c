/*
 * report_verify.c - each referral counted again from its journal, and what differs
 */
#include "ctl/report.h"

#include "wire/journal.h"

static struct report_difference *list(struct report *r, struct id referral)
{
    r->n_differences++;
    if (r->n_listed >= (size_t)r->limit)
        return NULL;
    struct report_difference *d = ARENA_PUSH(r->arena, r->differences, r->n_listed, r->cap_listed);
    if (d)
        d->referral = referral;
    return d;
}

static void note(struct report *r, struct id referral, const char *what)
{
    struct report_difference *d = list(r, referral);
    if (d)
        d->what = what;
}

static const int64_t nothing[REPORT_MEASURES];

static void compare_sums(struct report *r, struct id referral, struct str organisation, const int64_t *shown, const int64_t *journal,
                         bool limit_unknown)
{
    for (int m = 0; m < REPORT_MEASURES; m++) {
        if (shown[m] == journal[m] || (limit_unknown && (m == REPORT_IN_TIME || m == REPORT_OVERDUE)))
            continue;
        struct report_difference *d = list(r, referral);
        if (!d)
            continue;
        d->figure = report_figure_of((enum report_measure)m);
        d->organisation = arena_str(r->arena, organisation);
        d->shown = shown[m];
        d->journal = journal[m];
    }
}

static const int64_t *offers_of(const struct report_parts *p, struct str organisation)
{
    for (size_t i = 1; i < p->n; i++)
        if (str_eq(p->items[i].organisation, organisation))
            return p->items[i].sums;
    return NULL;
}

static void compare_parts(struct report *r, struct id referral, const struct report_parts *shown, const struct report_parts *journal)
{
    compare_sums(r, referral, STR(""), shown->items[0].sums, journal->items[0].sums, journal->limit_unknown);
    if (!str_eq(shown->items[0].organisation, journal->items[0].organisation))
        note(r, referral, "another organisation has it in the journal");
    for (size_t i = 1; i < shown->n; i++) {
        const int64_t *other = offers_of(journal, shown->items[i].organisation);
        compare_sums(r, referral, shown->items[i].organisation, shown->items[i].sums, other ? other : nothing, false);
    }
    for (size_t i = 1; i < journal->n; i++)
        if (!offers_of(shown, journal->items[i].organisation))
            compare_sums(r, referral, journal->items[i].organisation, nothing, journal->items[i].sums, false);
}

static struct report_step figures_of(const struct step *s)
{
    return (struct report_step){
        .kind = s->kind,
        .at_ms = s->at_ms,
        .organisation = s->organisation_id,
        .partner = s->partner_id,
        .reason = s->reason,
        .due_kind = s->due_kind,
        .due_ms = s->due_ms,
        .conclusion = s->conclusion,
        .agreement_kind = s->agreement_kind,
        .follow_up = s->follow_up,
    };
}

/* False: told why it cannot be compared. */
static bool tally(struct report *r, struct arena *scratch, struct id referral, const struct report_entry *entries, int n,
                  struct report_tally *t)
{
    for (int i = 0; i < n; i++) {
        struct step step;
        if (!step_decode(scratch, entries[i].body, &step) || !id_eq(step.referral, referral)) {
            note(r, referral, "an entry of the journal cannot be read, or is of another referral");
            return false;
        }
        struct report_step s = figures_of(&step);
        report_tally_step(t, &s);
    }
    report_tally_end(t, r->now_ms);
    return true;
}

void report_compare(struct report *r, struct arena *scratch, const struct report_referral_row *row, struct id referral,
                    const struct report_parts *shown, const struct report_entry *entries, int n_entries)
{
    struct report_tally t;
    r->compared++;
    if (!row || n_entries == 0 || !row->state) {
        note(r, referral, !row ? "in the journal, and not on record" : n_entries == 0 ? "on record, and not in the journal" : "has no docket");
        return;
    }
    report_tally_begin(&t, scratch, word_known(channel_words, row->channel) ? (enum channel)row->channel : 0);
    if (!t.parts.items || !shown->items || !tally(r, scratch, referral, entries, n_entries, &t))
        return;
    r->beyond += t.parts.limit_unknown;
    compare_parts(r, referral, shown, &t.parts);
}
