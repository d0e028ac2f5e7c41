/*
 * organisation.c - organisations looked up by their ids
 */
#include "conf/organisations.h"

#define SUGGESTIONS_MAX 50 /* a search looks at the whole roster */

const char *organisation_suggest(struct reading *r, struct str wrong)
{
    if (wrong.n == 0 || ++r->suggestions > SUGGESTIONS_MAX)
        return NULL;
    const struct roster *all = &r->rs->roster;
    const char **ids = ARENA_ARRAY(r->scratch, (size_t)all->n + 1, const char *);
    size_t n = 0;
    for (int i = 0; ids && i < all->n; i++) {
        struct str id = all->items[i].id;
        if (id.p[0] == wrong.p[0] && id.n + 2 >= wrong.n && wrong.n + 2 >= id.n)
            ids[n++] = id.p;
    }
    return ids ? reading_suggest(r, wrong, ids, n, "see organisations/*.yaml for the ids") : NULL;
}

bool read_organisation(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "an organisation's id"))
        return false;
    int i = roster_find(&r->rs->roster, v->text);
    if (i < 0 && r->whole.roster)
        reading_error(r, v->at, organisation_suggest(r, v->text), "no organisation `" STR_FMT "`",
                      STR_ARG(v->text));
    if (i >= 0)
        *(int *)out = i;
    return i >= 0;
}

bool read_organisations(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    return read_indices(r, v, f, read_organisation, out);
}

bool read_organisation_list(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    if (!node_is(r, v, NODE_LIST, "a list of organisation ids"))
        return false;
    return v->n == 0 || read_indices(r, v, f, read_organisation, out);
}
