/*
 * ledger_event.c - a batch of events: answers of organisations, agencies' changes, what is due, operators' acts
 *
 * For each: find the referral, check who may, look the transition up in core/lifecycle, carry out its effect,
 * journal it. A repeat of what is on record is answered as done and changes nothing.
 */
#include "role/keeper/ledger.h"

#include "base/log.h"
#include "store/bind.h"
#include "role/keeper/case.h"
#include "store/reader.h"

#include <stdlib.h>

struct hearing {
    struct ledger *l;
    struct case_file *cases; /* one a work that goes on; sorted by referral */
    int n;
    struct docket_row *dockets;
};

static void fault(struct work *w, enum fault_code code, const char *field)
{
    fault_add(&w->event.faults, code, "%s", field);
}

/* -- finding the referral of each work, before the locks -- */

static enum db_result find_by_assignment(struct ledger *l, struct work **works, int n, struct case_file *cases)
{
    struct assignment_row *rows = ARENA_ARRAY(l->arena, (size_t)n + 1, struct assignment_row);
    int m = 0;
    enum db_result r;
    if (!rows)
        return DB_AGAIN;
    for (int i = 0; i < n; i++)
        if (!id_is_zero(works[i]->event.assignment))
            rows[m++].id = works[i]->event.assignment;
    if (m == 0)
        return DB_OK;
    r = batch_find_assignments(l->batch, rows, m);
    m = 0;
    for (int i = 0; r == DB_OK && i < n; i++) {
        const struct assignment_row *row = &rows[m];
        if (id_is_zero(works[i]->event.assignment))
            continue;
        m++;
        if (!row->found) {
            fault(works[i], FAULT_ASSIGNMENT_UNKNOWN, "assignment_id");
            continue;
        }
        cases[i].named = *row;
        cases[i].referral = row->referral;
        cases[i].agency = row->agency;
    }
    return r;
}

static enum db_result find_by_agency_ref(struct ledger *l, struct work **works, int n, struct case_file *cases)
{
    struct submission_row *rows = ARENA_ARRAY(l->arena, (size_t)n + 1, struct submission_row);
    int m = 0;
    enum db_result r;
    if (!rows)
        return DB_AGAIN;
    for (int i = 0; i < n; i++)
        if (!str_empty(works[i]->event.agency_ref))
            rows[m++] = (struct submission_row){.city = works[i]->city, .agency = works[i]->agency, .agency_ref = works[i]->event.agency_ref};
    if (m == 0)
        return DB_OK;
    r = batch_find_submissions(l->batch, rows, m);
    m = 0;
    for (int i = 0; r == DB_OK && i < n; i++) {
        const struct submission_row *row = &rows[m];
        if (str_empty(works[i]->event.agency_ref))
            continue;
        m++;
        if (!row->found) {
            fault(works[i], FAULT_REFERRAL_UNKNOWN, "agency_ref");
            continue;
        }
        cases[i].referral = row->referral;
        cases[i].agency = works[i]->agency;
    }
    return r;
}

/* Timer and operators name the referral itself. */
static enum db_result find_by_referral(struct ledger *l, struct work **works, int n, struct case_file *cases)
{
    for (int i = 0; i < n; i++) {
        const struct work_event *e = &works[i]->event;
        if (id_is_zero(e->referral))
            continue;
        cases[i].referral = e->referral;
        cases[i].agency = works[i]->agency;
        if (str_empty(works[i]->agency)) {
            struct case_row row;
            enum db_result r = case_read(l->db, l->arena, e->referral, &row);
            if (r != DB_OK)
                return r;
            if (row.found)
                cases[i].agency = row.docket.agency;
            else
                fault(works[i], FAULT_REFERRAL_UNKNOWN, "referral_id");
        }
    }
    return DB_OK;
}

/* -- who goes on: whole, known, and the first one for its referral -- */

static int id_cmp(const void *pa, const void *pb)
{
    return memcmp(((const struct case_file *)pa)->referral.b, ((const struct case_file *)pb)->referral.b, sizeof(struct id));
}

/* Moves works whose referral an earlier one of the batch already changes to the end, in order. */
static bool defer(struct hearing *h, struct work **works, int n, struct case_file *all)
{
    struct work **later = ARENA_ARRAY(h->l->arena, (size_t)n + 1, struct work *);
    int kept = 0, put = 0;
    if (!later)
        return false;
    for (int i = 0; i < n; i++) {
        bool taken = false;
        all[i].work = works[i];
        if (works[i]->event.faults.n > 0) {
            works[kept++] = works[i];
            continue;
        }
        for (int j = 0; j < h->n && !taken; j++)
            taken = id_eq(h->cases[j].referral, all[i].referral);
        if (taken) {
            later[put++] = works[i];
            continue;
        }
        h->cases[h->n++] = all[i];
        works[kept++] = works[i];
    }
    for (int i = 0; i < put; i++)
        works[kept + i] = later[i];
    h->l->n_deferred = put;
    return true;
}

static enum db_result lock(struct hearing *h)
{
    struct ledger *l = h->l;
    h->dockets = ARENA_ARRAY(l->arena, (size_t)h->n + 1, struct docket_row);
    l->heads = ARENA_ARRAY(l->arena, (size_t)h->n + 1, struct chain_head);
    if (!h->dockets || !l->heads)
        return DB_AGAIN;
    qsort(h->cases, (size_t)h->n, sizeof(*h->cases), id_cmp);
    for (int i = 0; i < h->n; i++) {
        struct case_file *c = &h->cases[i];
        h->dockets[i].referral = c->referral;
        h->dockets[i].want_named = c->work->event.assignment;
        h->dockets[i].want_sealed = case_needs_bytes(c->work->event.event);
        h->dockets[i].want_record = case_needs_record(c->work->event.event);
        l->heads[l->n_heads++] = (struct chain_head){.city = id_city(c->referral), .agency = c->agency};
    }
    ledger_sort_heads(l);
    return batch_lock(l->batch, l->heads, l->n_heads, NULL, 0, h->dockets, h->n);
}

/* batch_lock may have put the dockets into another order. */
static void match(struct hearing *h)
{
    for (int i = 0; i < h->n; i++) {
        struct case_file key = {.referral = h->dockets[i].referral};
        struct case_file *c = bsearch(&key, h->cases, (size_t)h->n, sizeof(*h->cases), id_cmp);
        c->docket = &h->dockets[i];
        if (c->docket->named.found)
            c->named = c->docket->named; /* another daemon may have answered since it was read */
        c->head = ledger_head(h->l, id_city(c->referral), c->agency);
    }
}

static enum db_result place_all(struct hearing *h)
{
    struct placing *placings = ARENA_ARRAY(h->l->arena, (size_t)h->n + 1, struct placing);
    int n = 0;
    enum db_result r;
    if (!placings)
        return DB_AGAIN;
    for (int i = 0; i < h->n; i++)
        if (h->cases[i].moves)
            placings[n++] = h->cases[i].placing;
    if (n == 0)
        return DB_OK;
    r = ledger_place(h->l, placings, n);
    n = 0;
    for (int i = 0; i < h->n; i++)
        if (h->cases[i].moves)
            h->cases[i].placing = placings[n++];
    return r;
}

static enum db_result carry_out(struct hearing *h)
{
    enum db_result r = DB_OK;
    for (int i = 0; i < h->n && r == DB_OK; i++)
        r = case_open(h->l, &h->cases[i]);
    if (r == DB_OK)
        r = place_all(h);
    for (int i = 0; i < h->n && r == DB_OK; i++)
        if (h->cases[i].transition && !case_write(h->l, &h->cases[i]))
            r = DB_AGAIN;
    if (r == DB_OK && !ledger_write_heads(h->l))
        r = DB_AGAIN;
    return r == DB_OK ? batch_commit(h->l->batch) : r;
}

static void give_turns_back(struct hearing *h)
{
    for (int i = 0; i < h->n; i++)
        ledger_unplace(&h->cases[i].placing, 1);
}

/* A run that is repeated must not add to the answers of the one before. */
static void clear_answers(struct work **works, int n)
{
    for (int i = 0; i < n; i++) {
        struct work_event *e = &works[i]->event;
        e->faults = (struct faults){.arena = works[i]->arena};
        e->done = e->repeat = false;
        e->journal_seq = 0;
    }
}

static void tell(struct hearing *h, struct work **works, int n)
{
    struct metrics *m = &h->l->office->metrics;
    for (int i = 0; i < h->n; i++)
        case_tell(&h->cases[i]);
    for (int i = 0; i < n; i++)
        metrics_add(m, works[i]->event.done ? COUNT_EVENTS_DONE : COUNT_EVENTS_REFUSED, 1);
}

enum db_result ledger_events(struct ledger *l, struct work **works, int n)
{
    struct hearing h = {.l = l};
    struct case_file *all;
    enum db_result r;
    clear_answers(works, n);
    r = ledger_begin(l);
    if (r != DB_OK)
        return r;
    all = ARENA_ARRAY(l->arena, (size_t)n + 1, struct case_file);
    h.cases = ARENA_ARRAY(l->arena, (size_t)n + 1, struct case_file);
    if (!all || !h.cases)
        return DB_AGAIN;
    r = find_by_referral(l, works, n, all);
    if (r == DB_OK)
        r = find_by_assignment(l, works, n, all);
    if (r == DB_OK)
        r = find_by_agency_ref(l, works, n, all);
    if (r != DB_OK)
        return r;
    if (!defer(&h, works, n, all))
        return DB_AGAIN;
    if (h.n > 0) {
        r = lock(&h);
        if (r != DB_OK)
            return r;
        match(&h);
        r = carry_out(&h);
        if (r != DB_OK)
            give_turns_back(&h);
    }
    if (r == DB_OK)
        tell(&h, works, n - l->n_deferred);
    return r;
}
