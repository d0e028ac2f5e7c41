/*
 * order.c - letters between dispatch and courier
 */
#include "role/dispatch/order.h"

struct letter *letter_new(enum letter_kind kind, struct id session)
{
    struct arena *a = arena_new(0);
    struct letter *l = a ? ARENA_NEW(a, struct letter) : NULL;
    if (!l) {
        arena_free(a);
        return NULL;
    }
    l->kind = kind;
    l->arena = a;
    l->session = session;
    return l;
}

void letter_free(struct letter *l)
{
    if (l)
        arena_free(l->arena);
}
