/* past_gather.c - what ties the referrals of a batch to earlier ones, read before the locks */
#include "role/keeper/past.h"

static bool gather_marks(struct past *p, const struct work *w, struct past_item *it)
{
    struct mark marks[MARKS_MAX];
    int city = region_city(&w->snapshot->rules->regions, it->item->referral.place);
    it->first_mark = (int)p->n_marks;
    if (!str_empty(it->ties.parties))
        it->n_marks = seal_marks(p->l->office->personal, it->ties.parties, marks);
    for (int i = 0; i < it->n_marks; i++) {
        struct mark_found *m = ARENA_PUSH(p->l->arena, p->marks, p->n_marks, p->cap_marks);
        if (!m)
            return false;
        m->city = city;
        m->mark = marks[i];
    }
    return true;
}

static bool gather_links(struct past *p, const struct work *w, struct past_item *it)
{
    it->first_link = (int)p->n_links;
    for (int i = 0; i < it->ties.n_links; i++) {
        struct link_found *l;
        if (str_empty(it->ties.links[i].agency_ref))
            continue;
        l = ARENA_PUSH(p->l->arena, p->links, p->n_links, p->cap_links);
        if (!l)
            return false;
        *l = (struct link_found){.city = w->city, .agency = w->agency, .agency_ref = it->ties.links[i].agency_ref};
    }
    return true;
}

bool past_gather(struct past *p, struct ledger *l, struct work **works, int n)
{
    *p = (struct past){.l = l};
    for (int i = 0; i < n; i++) {
        const struct work *w = works[i];
        for (int j = 0; w->snapshot->needs & NEEDS_EARLIER && j < w->submit.n; j++) {
            struct past_item *it;
            if (w->submit.items[j].verdict != REFERRAL_OK)
                continue;
            it = ARENA_PUSH(l->arena, p->items, p->n_items, p->cap_items);
            if (!it)
                return false;
            it->item = &w->submit.items[j];
            if (!ties_read(l->arena, it->item->bytes, &it->ties) || !gather_marks(p, w, it) || !gather_links(p, w, it))
                return false;
        }
    }
    batch_look_back(l->batch, p->marks, (int)p->n_marks, p->links, (int)p->n_links);
    return true;
}
