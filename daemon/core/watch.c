/*
 * watch.c - keys, and the two tests that stand by themselves: so many referrals, so many places
 */
#include "core/watch.h"

#include "core/watch_rise.h"

/* ---- keys ---- */

/* The category so deep in the tree that `at` is, or lies under; -1: `at` lies above. */
static int category_at(const struct categories *c, int at, int depth)
{
    int above = 0;
    for (int i = c->items[at].parent; i >= 0; i = c->items[i].parent)
        above++;
    if (above + 1 < depth)
        return -1;
    for (; above + 1 > depth; above--)
        at = c->items[at].parent;
    return at;
}

static bool asks_for_words(const struct ruleset *rs)
{
    for (int i = 0; i < rs->n_watches; i++)
        for (int k = 0; k < rs->watches[i].n_when; k++)
            if (rs->watches[i].when[k].kind == COND_TEXT)
                return true;
    return false;
}

bool watch_match(struct arena *a, const struct ruleset *rs, const struct referral *r, int category, const struct str *tags, int n_tags,
                 struct match *out)
{
    unsigned char *hits = NULL;
    if (asks_for_words(rs)) {
        hits = arena_alloc(a, textscan_hits_size(rs->words));
        if (!hits)
            return false;
        textscan_run(rs->words, r->folded, hits);
    }
    *out = (struct match){.rules = rs, .referral = r, .category = category, .tags = tags, .n_tags = n_tags, .hits = hits,
                          .source_category = match_source_category(r)};
    return true;
}

bool watch_counts(const struct watch *w, const struct match *m, struct watch_key *out)
{
    struct watch_key key = {-1, -1};
    if (w->when && !match_holds(m, w->when))
        return false;
    if (w->place && (key.place = region_at_level(&m->rules->regions, m->referral->place, (enum region_level)w->place)) < 0)
        return false;
    if (w->category &&
        (m->category < 0 || (key.category = category_at(&m->rules->categories, m->category, w->category)) < 0))
        return false;
    *out = key;
    return true;
}

/* Party number `i` is a key of its own: the first one with its code. */
static bool is_enterprise(const struct watch *w, const struct referral *r, int i)
{
    const struct party_facts *p = &r->parties[i];
    if (str_empty(p->credit_code) || !(w->enterprise >> p->role & 1))
        return false;
    for (int k = 0; k < i; k++)
        if (w->enterprise >> r->parties[k].role & 1 && str_eq(r->parties[k].credit_code, p->credit_code))
            return false;
    return true;
}

int watch_enterprises(const struct watch *w, const struct referral *r)
{
    int n = 0;
    for (int i = 0; i < r->n_parties; i++)
        n += is_enterprise(w, r, i);
    return n;
}

struct str watch_enterprise(const struct watch *w, const struct referral *r, int i)
{
    for (int k = 0; k < r->n_parties; k++)
        if (is_enterprise(w, r, k) && i-- == 0)
            return r->parties[k].credit_code;
    return (struct str){NULL, 0};
}

/* ---- before holidays ---- */

/* Days off in a row from `day` on, as far as it matters. */
static int days_off(const struct calendar *c, int32_t day, int most)
{
    int n = 0;
    while (n < most && !calendar_working(c, day + n))
        n++;
    return n;
}

bool watch_idle(const struct watch *w, const struct calendar *c, int32_t today)
{
    if (!w->before_within)
        return false;
    for (int32_t day = today + 1; day <= today + w->before_within; day++)
        if (calendar_working(c, day - 1) && days_off(c, day, w->before_lasting) == w->before_lasting)
            return false;
    return true;
}

/* ---- tests ---- */

int watch_reach(const struct watch *w)
{
    return w->window + w->baseline + w->quiet;
}

static bool seen_before(const struct watch_count *counts, int first, int i)
{
    for (int k = first; k < i; k++)
        if (str_eq(counts[k].place, counts[i].place))
            return true;
    return false;
}

/* What the window that ends with `day` holds. */
static void look_at_window(const struct watch *w, const struct watch_count *counts, int n, int32_t day, struct watch_view *v)
{
    int first = 0;
    while (first < n && counts[first].day <= day - w->window)
        first++;
    for (int i = first; i < n && counts[i].day <= day; i++) {
        v->referrals += counts[i].n;
        if (w->test == WATCH_PLACES)
            v->places += !seen_before(counts, first, i);
    }
    v->since = day - w->window + 1;
}

struct watch_view watch_look(const struct watch *w, const struct calendar *c, const struct watch_count *counts, int n, int32_t today)
{
    struct watch_view v = {0};
    look_at_window(w, counts, n, today, &v);
    switch (w->test) {
    case WATCH_REFERRALS:
        v.alarm = v.referrals >= w->at_least;
        break;
    case WATCH_PLACES:
        v.alarm = v.places >= w->at_least;
        break;
    case WATCH_RISE:
        watch_rise(w, c, counts, n, today, &v);
        break;
    }
    v.alarm = v.alarm && !watch_idle(w, c, today);
    return v;
}

enum watch_act watch_next(const struct watch *w, const struct calendar *c, const struct watch_count *counts, int n, int32_t today,
                          bool raised, struct watch_view *out)
{
    *out = watch_look(w, c, counts, n, today);
    bool held = out->alarm;
    if (!raised)
        return held ? WATCH_RAISE : WATCH_NOTHING;
    for (int32_t day = today - w->quiet + 1; day < today && !held; day++)
        held = watch_look(w, c, counts, n, day).alarm;
    return held ? WATCH_STAY : WATCH_END;
}
