/*
 * courier_untold.c - receivers told that an assignment is over, or what has happened to it
 *
 * What lapses or is withdrawn after it was delivered, what is added, nears its end or passes it, is marked as untold in the
 * same transaction. Whichever daemon has the receiver, now or when it comes back, finds it here within a second, or at once when one of
 * its own keepers hints; dispatch sends it, and only then it is marked as told. So it is told at least once.
 */
#include "base/clock.h"
#include "core/lifecycle.h"
#include "role/dispatch/courier.h"
#include "store/batch.h"
#include "wire/reply.h"

enum { TELL_EVERY_MS = 1000 };

/* Where PostgreSQL does not answer it will be told again. */
static void mark(struct courier *c, struct db *db)
{
    const bool full = c->n_told == UNTOLD_AT_ONCE;
    if (c->n_told == 0)
        return;
    if (link_ok(&c->link, untold_mark(db, c->told, c->n_told), "untold_mark") && full)
        c->untold_hint = true; /* there are likely more */
    c->n_told = 0;
}

static const struct str *receivers(struct courier *c, struct arena *a, int *n)
{
    struct str *out = ARENA_ARRAY(a, (size_t)session_table_size(c->sessions) + 1, struct str);
    *n = 0;
    for (struct session *s = session_next(c->sessions, NULL); s && out; s = session_next(c->sessions, s))
        out[(*n)++] = s->receiver;
    return out;
}

static const char *why_over(int status)
{
    switch (status) {
    case ASSIGNMENT_LAPSED:
        return "lapsed";
    case ASSIGNMENT_MOVED:
        return "reassigned";
    case ASSIGNMENT_CANCELLED:
        return "withdrawn";
    default:
        return NULL;
    }
}

static enum partner_status partner_status(int status)
{
    static const enum partner_status of[] = {
        [ASSIGNMENT_OFFERED] = PARTNER_ASKED,   [ASSIGNMENT_ACCEPTED] = PARTNER_JOINED, [ASSIGNMENT_DECLINED] = PARTNER_DECLINED,
        [ASSIGNMENT_LAPSED] = PARTNER_OVER,     [ASSIGNMENT_CANCELLED] = PARTNER_OVER,  [ASSIGNMENT_CONCLUDED] = PARTNER_OVER,
        [ASSIGNMENT_MOVED] = PARTNER_OVER,
    };
    return status > 0 && status <= ASSIGNMENT_MOVED ? of[status] : PARTNER_NONE;
}

static struct str notice_frame(struct courier *c, struct arena *a, const struct untold *u)
{
    struct str *supplements;
    struct notice_message m = {
        .assignment = u->assignment,
        .kinds = u->notices,
        .state = (enum state)u->state,
        .due_kind = u->due_kind ? str_from(word_of(due_words, u->due_kind)) : STR(""),
        .due_ms = u->due_ms,
        .partner = u->role == ROLE_LEAD ? partner_status(u->partner_status) : PARTNER_NONE,
    };
    m.n_supplements = courier_supplements(a, c->office->personal, u->referral, &u->supplements, &supplements);
    m.supplements = supplements;
    return supplements ? reply_notice(a, &m) : (struct str){0};
}

static void hand_over(struct courier *c, const struct untold *u)
{
    struct session *s = session_of_receiver(c->sessions, u->receiver);
    const char *over = why_over(u->status);
    struct letter *l = s ? letter_new(over ? LETTER_CANCELLED : LETTER_NOTICE, s->id) : NULL;
    if (!l)
        return;
    if (over && offers_drop(&s->offers, u->assignment))
        s->look = true;
    l->assignment = u->assignment;
    l->told = (struct told_mark){u->assignment, u->status, u->notice};
    l->frame = over ? reply_cancelled(l->arena, u->assignment, str_from(over)) : notice_frame(c, l->arena, u);
    c->n_telling += courier_post(c, l);
}

static void fetch(struct courier *c, struct db *db)
{
    struct arena *a = arena_new(0);
    const struct str *names;
    struct untold *rows;
    int n, n_rows = 0;
    c->n_telling = 0;
    c->untold_hint = false;
    c->next_untold_ms = clock_mono_ms() + TELL_EVERY_MS;
    names = a ? receivers(c, a, &n) : NULL;
    if (names &&
        link_ok(&c->link, untold_list(db, a, names, n, UNTOLD_AT_ONCE, &rows, &n_rows), "untold_list"))
        for (int i = 0; i < n_rows; i++)
            hand_over(c, &rows[i]);
    arena_free(a);
}

void courier_tell(struct courier *c, struct db *db)
{
    mark(c, db);
    /* While some are on their way, a hint waits: they would be told twice. */
    if (c->link.db && ((c->untold_hint && c->n_telling == 0) || clock_mono_ms() >= c->next_untold_ms))
        fetch(c, c->link.db);
}
