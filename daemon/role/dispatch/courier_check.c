/*
 * courier_check.c - offers that are out, compared with PostgreSQL
 *
 * What this daemon's keepers decide is known at once. What was decided at another daemon is found here, so that
 * credit comes back.
 */
#include "role/dispatch/courier.h"
#include "store/batch.h"
#include "wire/limits.h"

#define ROWS_AT_ONCE LIMIT_CREDIT /* so that any one session fits */

struct check {
    struct courier *c;
    struct db *db;
    struct assignment_row rows[ROWS_AT_ONCE];
    struct id sessions[ROWS_AT_ONCE];
    int n;
};

static void give_up(struct check *k)
{
    for (int i = 0; i < k->n; i++) {
        const struct assignment_row *row = &k->rows[i];
        struct session *s = session_of_id(k->c->sessions, k->sessions[i]);
        struct letter *l;
        if (!s || (row->found && row->status == ASSIGNMENT_OFFERED) || !offers_drop(&s->offers, row->id))
            continue;
        s->look = true;
        l = letter_new(LETTER_GONE, s->id);
        if (l)
            l->assignment = row->id;
        courier_post(k->c, l);
    }
}

/* Asks for what was collected. False when PostgreSQL does not answer. */
static bool ask(struct check *k)
{
    struct batch *b = k->n ? batch_new(k->db) : NULL;
    enum db_result r = DB_OK;
    if (!b)
        return true;
    r = batch_begin(b);
    if (r == DB_OK)
        r = batch_find_assignments(b, k->rows, k->n);
    if (r == DB_OK)
        give_up(k);
    batch_free(b);
    k->n = 0;
    return r == DB_OK || link_ok(&k->c->link, r, "batch_find_assignments");
}

void courier_check(struct courier *c, struct db *db)
{
    struct arena *a = arena_new(0);
    struct check *k = a ? ARENA_NEW(a, struct check) : NULL;
    bool ok = k != NULL;
    if (k) {
        k->c = c;
        k->db = db;
    }
    for (struct session *s = session_next(c->sessions, NULL); s && ok; s = session_next(c->sessions, s)) {
        if (k->n + s->offers.n > ROWS_AT_ONCE)
            ok = ask(k);
        for (int i = 0; i < s->offers.n && ok; i++) {
            k->rows[k->n] = (struct assignment_row){.id = s->offers.items[i].assignment};
            k->sessions[k->n++] = s->id;
        }
    }
    if (ok)
        (void)ask(k);
    arena_free(a);
}
