/*
 * difference_witness.c - referrals that show a change, decided by both rule sets
 */
#include "core/difference_inner.h"

#define TRIES 8

static int region_in(const struct space *s, int from, int to, int region)
{
    int at = region >= 0 ? space_region(s, from, region) : -1;
    return at >= 0 ? space_own_region(s, to, at) : -1;
}

static int category_in(const struct space *s, int from, int to, int category)
{
    int at = category >= 0 ? space_category(s, from, category) : -1;
    return at >= 0 ? space_own_category(s, to, at) : -1;
}

const struct referral *referral_in(const struct space *s, int from, int to, struct arena *a,
                                   const struct referral *r, bool *known)
{
    struct referral *copy = ARENA_NEW(a, struct referral);
    struct party_facts *parties = ARENA_ARRAY(a, (size_t)r->n_parties + 1, struct party_facts);
    if (!copy || !parties)
        return NULL;
    *copy = *r;
    copy->place = region_in(s, from, to, r->place);
    copy->category = category_in(s, from, to, r->category);
    *known = copy->place >= 0 && (copy->category >= 0) == (r->category >= 0);
    for (int i = 0; i < r->n_parties; i++) {
        parties[i] = r->parties[i];
        parties[i].address = region_in(s, from, to, r->parties[i].address);
    }
    copy->parties = parties;
    return copy;
}

/* The referral at `point`, and whether the two rules decide it. False: memory. */
static bool try_point(struct comparison *c, const struct change *x, int *point, struct part *p,
                      struct decision *now, bool *confirmed)
{
    struct work *w = &c->w;
    struct decision before = {.rule = -2};
    struct referral *r = ARENA_NEW(w->a, struct referral);
    struct arena *scratch = arena_new(0);
    bool known = false, good = r && scratch && space_referral(w->s, w->a, point, r);
    p->is = r;
    p->was = good ? referral_in(w->s, IS, WAS, w->a, r, &known) : NULL;
    good = p->was && work_decided(w, point, now) &&
           (!known || decide_rule(scratch, c->sides[WAS].rs, p->was, &before));
    arena_free(scratch);
    p->not_before = !known;
    *confirmed = now->rule == x->is && (!known || before.rule == x->was);
    return good;
}

bool part_settle(struct comparison *c, const struct change *x, struct part *out)
{
    struct work *w = &c->w;
    for (int try = 0; try < TRIES; try++) {
        struct part p = {0};
        struct decision now = {0};
        bool confirmed;
        int *point = search_point(w->x);
        if (!try_point(c, x, point, &p, &now, &confirmed))
            return false;
        if (try == 0 || confirmed) {
            p.doubt = confirmed ? DOUBT_NONE : work_doubt(w);
            memcpy(w->point, point, w->s->n_dims * sizeof *w->point);
            *out = p;
        }
        if (confirmed || !work_avoid_lost(w, point, &now))
            return true;
        enum search_result result = search_run(w->x, c->options->contradictions_max);
        if (result != SEARCH_FOUND)
            return result != SEARCH_MEMORY;
    }
    return true;
}
