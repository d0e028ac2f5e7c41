/* work.c - what is asked of a keeper, and the small letters beside it */
#include "role/office/work.h"

#include "role/office/notice.h"
#include "role/office/posting.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

const char *const origin_inboxes[ORIGIN_COUNT] = {
    [ORIGIN_INTAKE] = "inbox.intake",
    [ORIGIN_DISPATCH] = "inbox.dispatch",
    [ORIGIN_TIMER] = "inbox.timer",
    [ORIGIN_CONTROL] = "inbox.control",
};

struct work *work_new(enum work_kind kind, enum origin origin, struct snapshot *snapshot, size_t budget)
{
    struct arena *a = arena_new(budget);
    struct work *w = a ? work_in(&a, kind, origin, snapshot) : NULL;
    arena_free(a);
    return w;
}

struct work *work_in(struct arena **a, enum work_kind kind, enum origin origin, struct snapshot *snapshot)
{
    struct work *w = ARENA_NEW(*a, struct work);
    if (!w)
        return NULL;
    w->kind = kind;
    w->origin = (int)origin;
    w->arena = *a;
    *a = NULL;
    w->snapshot = snapshot ? snapshot_ref(snapshot) : NULL;
    w->peer = -1;
    return w;
}

void work_free(struct work *w)
{
    if (!w)
        return;
    snapshot_unref(w->snapshot);
    arena_free(w->arena);
}

const char *keeper_inbox(int keeper, char *out)
{
    snprintf(out, 32, "inbox.keeper.%d", keeper);
    return out;
}

int keeper_of(int city, int keepers)
{
    assert(keepers > 0);
    return city % keepers;
}

struct notice *notice_new(enum notice_kind kind, int city, struct str name)
{
    struct notice *n = calloc(1, sizeof(*n));
    if (!n)
        return NULL;
    n->kind = kind;
    n->city = city;
    snprintf(n->name, sizeof(n->name), STR_FMT, STR_ARG(name));
    return n;
}

void desk_request_free(struct desk_request *r)
{
    if (!r)
        return;
    snapshot_unref(r->snapshot);
    arena_free(r->arena);
}

struct posting *posting_new(size_t budget)
{
    struct arena *a = arena_new(budget);
    struct posting *p = a ? ARENA_NEW(a, struct posting) : NULL;
    if (!p) {
        arena_free(a);
        return NULL;
    }
    p->arena = a;
    return p;
}

void posting_free(struct posting *p)
{
    if (p)
        arena_free(p->arena);
}
