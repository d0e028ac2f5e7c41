/*
 * load.c - the order in which a configuration is read
 */
#include "conf/load.h"
#include "conf/peers.h"
#include "conf/rules.h"
#include "conf/ruletests.h"
#include "core/ruleindex.h"

#include <sodium.h>
#include <stdlib.h>

/* Enough for a whole country's roster; past it something else is wrong. */
#define RULESET_BUDGET ((size_t)1 << 30)

static bool attach_index(struct ruleset *rs)
{
    uint64_t seed;
    randombytes_buf(&seed, sizeof(seed));
    return ruleindex_attach(rs, seed);
}

/* What becomes of the tests beside the rules. */
struct tests_wanted {
    bool run;
    struct arena *keep; /* NULL: they are not kept */
    struct rule_tests *out;
};

static void read_all(struct reading *r, const struct tests_wanted *w)
{
    regions_read(r);
    categories_read(r);
    calendar_read(r);
    channels_read(r);
    organisations_read(r, NULL);
    rules_read(r);
    if (reading_errors(r) == 0 && !attach_index(r->rs))
        reading_full(r);
    if (w->run)
        ruletests_check(r);
    if (w->keep)
        ruletests_read(r, w->keep, w->out);
    if (arena_overflowed(r->arena) && reading_errors(r) == 0)
        reading_full(r);
}

static const struct ruleset *load(const struct source *s, const struct tests_wanted *w, struct diag *diag)
{
    struct arena *arena = arena_new(RULESET_BUDGET), *scratch = arena_new(0);
    struct ruleset *rs = arena ? ARENA_NEW(arena, struct ruleset) : NULL;
    struct source part;
    struct reading r = {.source = &part, .diag = diag, .arena = arena, .scratch = scratch, .rs = rs};
    r.errors_before = diag_count(diag, DIAG_ERROR);
    bool good = false;
    if (rs && scratch && source_ruleset_part(scratch, s, &part)) {
        rs->arena = arena;
        rs->hash = source_hash(&part);
        atomic_init(&rs->refs, 1);
        read_all(&r, w);
        good = reading_errors(&r) == 0;
    }
    arena_free(scratch);
    if (!good) {
        arena_free(arena);
        return NULL;
    }
    return rs;
}

const struct ruleset *conf_load_ruleset(const struct source *s, bool run_tests, struct diag *diag)
{
    const struct tests_wanted w = {.run = run_tests};
    return load(s, &w, diag);
}

const struct ruleset *conf_load_tests(const struct source *s, struct arena *a, struct diag *diag,
                                      struct rule_tests *tests)
{
    const struct tests_wanted w = {.keep = a, .out = tests};
    return load(s, &w, diag);
}

static int by_id(const void *a, const void *b)
{
    return str_cmp(((const struct peer *)a)->id, ((const struct peer *)b)->id);
}

static void read_peers(struct reading *r, const char *keys_dir, struct peers *out)
{
    struct peer_rows rows = {0};
    peers_read(r, &rows);
    peers_join_roster(r, &rows);
    if (rows.n)
        qsort(rows.items, rows.n, sizeof(*rows.items), by_id);
    out->items = rows.items;
    out->n = (int)rows.n;
    if (r->whole.peers)
        peer_keys_read(r, keys_dir, out);
}

const struct peers *conf_load_peers(const struct source *s, const struct ruleset *rs, const char *keys_dir,
                                    struct diag *diag)
{
    struct arena *arena = arena_new(0), *scratch = arena_new(0);
    struct peers *out = arena ? ARENA_NEW(arena, struct peers) : NULL;
    struct ruleset *lists = scratch ? ARENA_NEW(scratch, struct ruleset) : NULL;
    struct reading r = {.source = s, .diag = diag, .arena = arena, .scratch = scratch, .rs = lists};
    r.errors_before = diag_count(diag, DIAG_ERROR);
    bool good = false;
    if (out && lists) {
        lists->regions = rs->regions;
        lists->categories = rs->categories;
        lists->roster = rs->roster;
        r.whole.regions = r.whole.categories = r.whole.roster = true;
        out->arena = arena;
        atomic_init(&out->refs, 1);
        read_peers(&r, keys_dir, out);
        good = reading_errors(&r) == 0;
    }
    arena_free(scratch);
    if (!good) {
        arena_free(arena);
        return NULL;
    }
    return out;
}

static int count_tests(const struct source *s)
{
    struct diag *silent = diag_new();
    struct arena *scratch = arena_new(0);
    struct reading r = {.source = s, .diag = silent, .arena = scratch, .scratch = scratch};
    int n = silent && scratch ? ruletests_count(&r) : 0;
    arena_free(scratch);
    diag_free(silent);
    return n;
}

struct conf_counts conf_count(const struct source *s, const struct ruleset *rs, const struct peers *p)
{
    struct conf_counts c = {.files = s->n, .tests = count_tests(s)};
    if (rs) {
        c.regions = rs->regions.n;
        c.categories = rs->categories.n;
        c.organisations = rs->roster.n;
        c.classifiers = rs->n_classifiers;
        c.rules = rs->n_rules;
    }
    for (int i = 0; p && i < p->n; i++) {
        c.agencies += p->items[i].kind == PEER_AGENCY;
        c.receivers += p->items[i].kind == PEER_RECEIVER;
        c.enrolled += p->items[i].kind == PEER_RECEIVER && p->items[i].enrolled;
    }
    return c;
}
