/*
 * peerroster.c - receivers and the organisations they serve; agencies and the rooms stationed with them
 *
 * Every organisation must have a way to be reached: a hub that is a receiver, or a receiver that serves it by
 * name.
 */
#include "conf/index.h"
#include "conf/organisations.h"
#include "conf/peers.h"

#include <stdlib.h>

struct joining {
    struct reading *r;
    struct peer_rows *rows;
    struct strs *serves; /* one a peer, ids in the peers' own arena */
    size_t *caps;
    struct index *reported;            /* ids complained about: once each, not once an organisation */
    struct organisation_places places; /* read again when the first complaint needs one */
    struct reading again;
    bool located;
};

/* Where the roster says so. The rule set does not keep it, so the files are read once more, in silence. */
static const struct organisation_place *locate(struct joining *j, struct str organisation)
{
    if (!j->located) {
        j->located = true;
        j->again = (struct reading){.source = j->r->source, .arena = j->r->scratch, .scratch = j->r->scratch};
        struct ruleset *rs = ARENA_NEW(j->r->scratch, struct ruleset);
        struct diag *silent = diag_new();
        if (rs && silent) {
            rs->regions = j->r->rs->regions;
            rs->categories = j->r->rs->categories;
            j->again.rs = rs;
            j->again.diag = silent;
            organisations_read(&j->again, &j->places);
        }
        diag_free(silent);
    }
    return organisation_place_of(&j->places, organisation);
}

static bool first_complaint(struct joining *j, struct str id)
{
    return index_put(j->reported, id, 1) == -1;
}

/* The peer of that kind closest in name. */
static const char *suggest(struct joining *j, struct str wrong, enum peer_kind kind, const char *otherwise)
{
    const char **ids = ARENA_ARRAY(j->r->scratch, j->rows->n + 1, const char *);
    size_t n = 0;
    for (size_t i = 0; ids && i < j->rows->n; i++)
        if (j->rows->items[i].kind == kind)
            ids[n++] = j->rows->items[i].id.p;
    return ids ? reading_suggest(j->r, wrong, ids, n, otherwise) : otherwise;
}

static int find(const struct joining *j, struct str id, enum peer_kind kind)
{
    int i = index_get(j->rows->by_id, id);
    return i >= 0 && j->rows->items[i].kind == kind ? i : -1;
}

static void serve(struct joining *j, int receiver, struct str organisation)
{
    struct strs *s = &j->serves[receiver];
    size_t n = (size_t)s->n;
    struct str *items = (struct str *)s->items;
    struct str *slot = ARENA_PUSH(j->r->arena, items, n, j->caps[receiver]);
    struct str copy = slot ? arena_str(j->r->arena, organisation) : (struct str){0};
    if (!copy.p) {
        reading_full(j->r);
        return;
    }
    *slot = copy;
    *s = (struct strs){items, (int)n};
}

static void named_serves(struct joining *j, bool *served)
{
    for (size_t i = 0; i < j->rows->n; i++) {
        const struct peer *p = &j->rows->items[i];
        for (int k = 0; k < p->n_serves; k++) {
            int o = roster_find(&j->r->rs->roster, p->serves[k]);
            if (o < 0) {
                reading_error(j->r, j->rows->places[i].serves, organisation_suggest(j->r, p->serves[k]),
                              "receiver `" STR_FMT "` serves `" STR_FMT "`, which is not on the roster",
                              STR_ARG(p->id), STR_ARG(p->serves[k]));
                continue;
            }
            serve(j, (int)i, j->r->rs->roster.items[o].id);
            served[o] = true;
        }
    }
}

static void complain_hub(struct joining *j, const struct organisation *o)
{
    if (!j->r->whole.peers || !first_complaint(j, o->hub))
        return;
    const struct organisation_place *at = locate(j, o->id);
    reading_error(j->r, at ? at->hub : reading_whole(j->r, "organisations"),
                  suggest(j, o->hub, PEER_RECEIVER, "add the receiver to peers/*.yaml, or mend `hub`"),
                  "organisation `" STR_FMT "` has hub `" STR_FMT "`, which is not a receiver", STR_ARG(o->id),
                  STR_ARG(o->hub));
}

static void complain_unreachable(struct joining *j, const struct organisation *o)
{
    if (!j->r->whole.peers)
        return;
    const struct organisation_place *at = locate(j, o->id);
    reading_error(j->r, at ? at->id : reading_whole(j->r, "organisations"),
                  "give it a `hub`, or a receiver in peers/*.yaml whose `serves` names it",
                  "nobody receives for organisation `" STR_FMT "`", STR_ARG(o->id));
}

static void check_stations(struct joining *j, const struct organisation *o)
{
    for (int k = 0; k < o->n_agencies; k++) {
        if (find(j, o->agencies[k], PEER_AGENCY) >= 0 || !j->r->whole.peers ||
            !first_complaint(j, o->agencies[k]))
            continue;
        const struct organisation_place *at = locate(j, o->id);
        reading_error(j->r, at ? at->agencies : reading_whole(j->r, "organisations"),
                      suggest(j, o->agencies[k], PEER_AGENCY, "see peers/*.yaml for the agencies"),
                      "organisation `" STR_FMT "` is stationed with `" STR_FMT "`, which is not an agency",
                      STR_ARG(o->id), STR_ARG(o->agencies[k]));
    }
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void sort_unique(struct strs *s)
{
    struct str *items = (struct str *)s->items;
    if (s->n)
        qsort(items, (size_t)s->n, sizeof(*items), by_bytes);
    int n = 0;
    for (int i = 0; i < s->n; i++)
        if (n == 0 || !str_eq(items[n - 1], items[i]))
            items[n++] = items[i];
    s->n = n;
}

void peers_join_roster(struct reading *r, struct peer_rows *rows)
{
    const struct roster *roster = &r->rs->roster;
    struct joining j = {.r = r, .rows = rows, .reported = index_new(r->scratch)};
    j.serves = ARENA_ARRAY(r->scratch, rows->n + 1, struct strs);
    j.caps = ARENA_ARRAY(r->scratch, rows->n + 1, size_t);
    bool *served = ARENA_ARRAY(r->scratch, (size_t)roster->n + 1, bool);
    if (!j.serves || !j.caps || !served || !j.reported) {
        reading_full(r);
        return;
    }
    named_serves(&j, served);
    for (int i = 0; i < roster->n; i++) {
        const struct organisation *o = &roster->items[i];
        int hub = find(&j, o->hub.n ? o->hub : o->id, PEER_RECEIVER);
        if (hub >= 0)
            serve(&j, hub, o->id);
        else if (o->hub.n)
            complain_hub(&j, o);
        else if (!served[i])
            complain_unreachable(&j, o);
        check_stations(&j, o);
    }
    for (size_t i = 0; i < rows->n; i++) {
        sort_unique(&j.serves[i]);
        rows->items[i].serves = j.serves[i].items;
        rows->items[i].n_serves = j.serves[i].n;
    }
}
