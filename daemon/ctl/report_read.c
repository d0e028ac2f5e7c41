/*
 * report_read.c - the tables read page by page, each referral counted
 */
#include "ctl/report.h"

#include "base/clock.h"
#include "ctl/progress.h"
#include "store/desk.h"
#include "wire/journal.h"

#include <stdlib.h>

enum { PAGE_ROWS = 2000 };

_Static_assert(REPORT_OFFER_OPEN == (int)ASSIGNMENT_OFFERED && REPORT_OFFER_ACCEPTED == (int)ASSIGNMENT_ACCEPTED &&
                  REPORT_OFFER_DECLINED == (int)ASSIGNMENT_DECLINED && REPORT_OFFER_LAPSED == (int)ASSIGNMENT_LAPSED &&
                  REPORT_OFFER_CANCELLED == (int)ASSIGNMENT_CANCELLED && REPORT_OFFER_CONCLUDED == (int)ASSIGNMENT_CONCLUDED &&
                  REPORT_OFFER_MOVED == (int)ASSIGNMENT_MOVED,
              "offers end as assignments do");

struct walk {
    struct report *r;
    struct arena *scratch;
    const struct report_page *page;
    int offer, entry; /* how far each list has been looked at */
};

/* Of the coded answers only; a body that is none leaves kind and time. */
static void add_answers(struct arena *a, struct report_step *s, struct str body)
{
    struct step step;
    if (s->kind != STEP_ASSIGNED && s->kind != STEP_PROGRESS && s->kind != STEP_CONCLUDED && s->kind != STEP_FOLLOW_UP)
        return;
    if (!step_decode(a, body, &step))
        return;
    s->partner = step.partner_id;
    s->reason = step.reason;
    s->agreement_kind = step.agreement_kind;
    s->follow_up = step.follow_up;
}

static bool needed(int kind)
{
    for (const enum step_kind *k = report_needs; *k; k++)
        if ((int)*k == kind)
            return true;
    return false;
}

/* The tables' part of one referral. */
static void of_rows(struct walk *w, const struct report_referral_row *row, int offers, int entries, struct report_parts *out)
{
    const struct report_offer_row *o = w->page->offers + offers;
    const struct report_entry *e = w->page->entries + entries;
    int n_offers = w->offer - offers, n_entries = w->entry - entries;
    struct report_offer *made = ARENA_ARRAY(w->scratch, (size_t)n_offers + 1, struct report_offer);
    struct report_step *steps = ARENA_ARRAY(w->scratch, (size_t)n_entries + 1, struct report_step);
    struct report_rows rows = {.channel = word_known(channel_words, row->channel) ? (enum channel)row->channel : 0,
                               .state = (enum state)row->state,
                               .conclusion = (enum conclusion)row->conclusion,
                               .organisation = row->organisation,
                               .offers = made,
                               .n_offers = n_offers,
                               .steps = steps};
    for (int i = 0; made && i < n_offers; i++)
        made[i] = (struct report_offer){o[i].organisation, (enum report_offer_end)o[i].status, o[i].offered_ms, o[i].closed_ms,
                                        o[i].finish_by_ms};
    for (int i = 0; steps && i < n_entries; i++) {
        if (!needed(e[i].kind))
            continue;
        struct report_step *s = &steps[rows.n_steps++];
        *s = (struct report_step){.kind = (enum step_kind)e[i].kind, .at_ms = e[i].at_ms};
        add_answers(w->scratch, s, e[i].body);
    }
    if (made && steps)
        report_of_rows(w->scratch, &rows, w->r->now_ms, out);
}

static int id_cmp(struct id a, struct id b)
{
    return memcmp(a.b, b.b, sizeof a.b);
}

/* Entries of referrals that are on no record, up to `upto` (NULL: the page's end). */
static void strangers(struct walk *w, const struct id *upto)
{
    const struct report_entry *e = w->page->entries;
    while (w->entry < w->page->n_entries && (!upto || id_cmp(e[w->entry].referral, *upto) < 0)) {
        int from = w->entry;
        while (w->entry < w->page->n_entries && id_eq(e[w->entry].referral, e[from].referral))
            w->entry++;
        if (w->r->verify && !w->r->region.n)
            report_compare(w->r, w->scratch, NULL, e[from].referral, NULL, e + from, w->entry - from);
    }
}

static void one(struct walk *w, const struct report_referral_row *row)
{
    const struct report_page *p = w->page;
    struct report_parts parts = {0};
    strangers(w, &row->id);
    while (w->offer < p->n_offers && id_cmp(p->offers[w->offer].referral, row->id) < 0)
        w->offer++;
    int offers = w->offer, entries = w->entry;
    while (w->offer < p->n_offers && id_eq(p->offers[w->offer].referral, row->id))
        w->offer++;
    while (w->entry < p->n_entries && id_eq(p->entries[w->entry].referral, row->id))
        w->entry++;
    if (row->place.n < w->r->region.n || memcmp(row->place.p, w->r->region.p, w->r->region.n) != 0)
        return;
    of_rows(w, row, offers, entries, &parts);
    report_count(w->r, row, &parts);
    if (w->r->verify)
        report_compare(w->r, w->scratch, row, row->id, &parts, p->entries + entries, w->entry - entries);
}

static enum db_result walk_city(struct report *r, struct db *db, struct arena *scratch, int city, struct progress *progress)
{
    int kinds[16], n_kinds = 0;
    for (const enum step_kind *k = report_needs; *k; k++)
        kinds[n_kinds++] = (int)*k;
    struct report_wish wish = {.city = city, .since_ms = r->period.since_ms, .until_ms = r->period.until_ms, .whole = r->verify,
                               .kinds = kinds, .n_kinds = n_kinds, .rows = PAGE_ROWS};
    struct report_page page = {0};
    struct id after = {{0}};
    enum db_result result = DB_OK;
    while (result == DB_OK && !page.last) {
        arena_reset(scratch);
        result = report_read(db, scratch, &wish, &after, &page);
        struct walk w = {.r = r, .scratch = scratch, .page = &page};
        for (int i = 0; result == DB_OK && i < page.n_referrals; i++)
            one(&w, &page.referrals[i]);
        if (result == DB_OK)
            strangers(&w, NULL);
        if (result == DB_OK && (arena_overflowed(scratch) || arena_overflowed(r->arena)))
            result = DB_LOST;
        r->entries += page.n_entries;
        progress_at(progress, (uint64_t)r->all[REPORT_RECEIVED]);
    }
    return result;
}

enum db_result report_walk(struct report *r, struct db *db, struct progress *progress)
{
    struct arena *scratch = arena_new(0);
    int *cities, n = 0;
    enum db_result result = scratch ? DB_OK : DB_LOST;
    r->now_ms = clock_now_ms();
    if (result == DB_OK)
        result = city_list(db, r->arena, &cities, &n);
    for (int i = 0; result == DB_OK && i < n; i++)
        result = walk_city(r, db, scratch, cities[i], progress);
    arena_free(scratch);
    return result;
}
