/*
 * explain.c - decisions made again
 */
#include "role/control/explain.h"

#include "conf/load.h"
#include "store/reader.h"
#include "tell/tell.h"
#include "wire/referral.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- rule sets, from PostgreSQL ---- */

enum { CACHED = 4 };

struct explain_cache {
    struct explain_set sets[CACHED];
    uint64_t clock;
};

struct explain_cache *explain_cache_new(void)
{
    return calloc(1, sizeof(struct explain_cache));
}

static void set_clear(struct explain_set *s)
{
    ruleset_unref(s->rules);
    arena_free(s->arena);
    *s = (struct explain_set){0};
}

void explain_cache_free(struct explain_cache *c)
{
    for (int i = 0; c && i < CACHED; i++)
        set_clear(&c->sets[i]);
    free(c);
}

static bool set_build(struct explain_set *s, const struct stored_file *files, int n, char *why,
                      size_t why_size)
{
    char hex[DIGEST_HEX_SIZE];
    struct source_file *list = ARENA_ARRAY(s->arena, (size_t)n + 1, struct source_file);
    struct str shown = arena_printf(s->arena, "ruleset %.12s", digest_hex(s->hash, hex));
    struct diag *diag = diag_new();
    if (list && shown.p && diag) {
        for (int i = 0; i < n; i++)
            list[i] = (struct source_file){files[i].name, files[i].bytes, files[i].digest};
        s->source = (struct source){.shown_as = shown.p, .files = list, .n = n};
        s->rules = conf_load_ruleset(&s->source, false, diag);
    }
    if (!s->rules && diag && diag_size(diag) > 0)
        snprintf(why, why_size, "rule set %.12s: %s", hex, diag_item(diag, 0)->cause);
    else if (!s->rules)
        snprintf(why, why_size, "out of memory");
    diag_free(diag);
    if (s->rules && !digest_eq(s->rules->hash, s->hash)) {
        snprintf(why, why_size, "the files kept for rule set %.12s no longer have that hash", hex);
        return false;
    }
    return s->rules != NULL;
}

static struct explain_set *least_used(struct explain_cache *c)
{
    struct explain_set *oldest = &c->sets[0];
    for (int i = 1; i < CACHED; i++)
        if (c->sets[i].used < oldest->used)
            oldest = &c->sets[i];
    set_clear(oldest);
    return oldest;
}

enum db_result explain_fetch(struct explain_cache *c, struct db *db, struct digest hash,
                             const struct explain_set **out, char *why, size_t why_size)
{
    struct stored_file *files;
    bool found;
    int n;
    *out = NULL;
    for (int i = 0; i < CACHED; i++) {
        if (!c->sets[i].rules || !digest_eq(c->sets[i].hash, hash))
            continue;
        c->sets[i].used = ++c->clock;
        *out = &c->sets[i];
        return DB_OK;
    }
    struct explain_set *s = least_used(c);
    *s = (struct explain_set){.hash = hash, .arena = arena_new(0), .used = ++c->clock};
    if (!s->arena) {
        snprintf(why, why_size, "out of memory");
        return DB_OK;
    }
    enum db_result r = ruleset_fetch(db, s->arena, hash, &files, &n, &found);
    if (r == DB_OK && !found)
        snprintf(why, why_size, "its rule set is not on record in this database");
    else if (r == DB_OK && set_build(s, files, n, why, why_size))
        *out = s;
    if (!*out)
        set_clear(s);
    return r;
}

/* ---- the load as it was ---- */

/*
 * decide() asks once for each candidate, in the order in which it records them: so the answers are read off
 * the record. An organisation that is not where it should be is looked for anywhere, and counts as full when
 * the record has none: either way the comparison then shows the difference.
 */
struct recorded_load {
    const struct ruleset *rules;
    const struct record *record;
    int next;
};

static struct load recorded_load_of(void *context, int organisation)
{
    struct recorded_load *l = context;
    struct str id = l->rules->roster.items[organisation].id;
    for (int k = 0; k < l->record->n_candidates; k++) {
        int i = (l->next + k) % l->record->n_candidates;
        const struct record_candidate *c = &l->record->candidates[i];
        if (!str_eq(c->organisation, id))
            continue;
        l->next = i + 1;
        return (struct load){.open = c->open, .capacity = c->capacity, .given_ms = c->given_ms};
    }
    return (struct load){0};
}

/* ---- comparison ---- */

static struct str text_digest(struct arena *a, struct digest d)
{
    char hex[DIGEST_HEX_SIZE];
    return arena_str(a, str_from(digest_hex(d, hex)));
}

static struct str text_list(struct arena *a, const struct str *list, int n)
{
    struct str all = STR("");
    for (int i = 0; i < n && all.p; i++)
        all = i ? arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(all), STR_ARG(list[i])) : list[0];
    return all;
}

static struct str text_duration(struct arena *a, struct duration d)
{
    return d.count ? arena_printf(a, "%d %s", d.count, word_of(tell_units, (int)d.unit)) : STR("-");
}

static struct str text_rung(struct arena *a, int rung)
{
    return rung >= 0 ? arena_printf(a, "%d", rung + 1) : STR("-");
}

static struct str text_candidates(struct arena *a, const struct record *r)
{
    struct str all = arena_printf(a, "%d:", r->n_candidates);
    for (int i = 0; i < r->n_candidates && all.p; i++) {
        const struct record_candidate *c = &r->candidates[i];
        all = arena_printf(a, STR_FMT " " STR_FMT "@%d=%s(%d/%d)", STR_ARG(all), STR_ARG(c->organisation),
                           c->rung + 1, word_of(passed_words, (int)c->passed), c->open, c->capacity);
        if (all.n > 2000)
            return arena_printf(a, STR_FMT " …", STR_ARG(all));
    }
    return all;
}

static bool differ(struct arena *a, struct explanation *x, const char *field, struct str stored,
                   struct str derived)
{
    if (str_eq(stored, derived))
        return true;
    struct explain_difference *d = ARENA_PUSH(a, x->differences, x->n, x->cap);
    if (d)
        *d = (struct explain_difference){str_from(field), stored, derived};
    return d;
}

static bool compare(struct arena *a, struct explanation *x, const struct record *s, const struct record *d)
{
    const struct {
        const char *field;
        struct str stored, derived;
    } rows[] = {
        {"ruleset", text_digest(a, s->ruleset), text_digest(a, d->ruleset)},
        {"outcome", str_from(word_of(tell_outcomes, (int)s->outcome)),
         str_from(word_of(tell_outcomes, (int)d->outcome))},
        {"rule", s->rule, d->rule},
        {"rule_file", s->rule_file, d->rule_file},
        {"rule_line", arena_printf(a, "%u", s->rule_line), arena_printf(a, "%u", d->rule_line)},
        {"classifier", s->classifier, d->classifier},
        {"category", s->category, d->category},
        {"tags", text_list(a, s->tags, s->n_tags), text_list(a, d->tags, d->n_tags)},
        {"rung", text_rung(a, s->rung), text_rung(a, d->rung)},
        {"organisation", s->organisation, d->organisation},
        {"partner", s->partner, d->partner},
        {"code", s->code, d->code},
        {"respond_within", text_duration(a, s->respond_within), text_duration(a, d->respond_within)},
        {"finish_within", text_duration(a, s->finish_within), text_duration(a, d->finish_within)},
        {"candidates", text_candidates(a, s), text_candidates(a, d)},
        {"truncated", arena_printf(a, "%d", s->truncated), arena_printf(a, "%d", d->truncated)},
        {"excluded", text_list(a, s->excluded, s->n_excluded), text_list(a, d->excluded, d->n_excluded)},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!differ(a, x, rows[i].field, rows[i].stored, rows[i].derived))
            return false;
    if (x->n == 0) /* no field that we name: the bytes themselves */
        return differ(a, x, "record", STR("bytes as stored"), STR("other bytes"));
    return true;
}

/* ---- again ---- */

/* The exclusions as indices; false when one is not on the roster of `rs`. */
static bool find_excluded(struct arena *a, const struct ruleset *rs, const struct record *r, int **out)
{
    *out = ARENA_ARRAY(a, (size_t)r->n_excluded + 1, int);
    for (int i = 0; *out && i < r->n_excluded; i++) {
        (*out)[i] = roster_find(&rs->roster, r->excluded[i]);
        if ((*out)[i] < 0)
            return false;
    }
    return *out;
}

static bool decide_again(struct arena *a, const struct ruleset *rs, struct str record, struct explanation *x)
{
    struct recorded_load load = {.rules = rs, .record = &x->stored};
    struct decision decision;
    struct record derived;
    int *excluded;
    if (!find_excluded(a, rs, &x->stored, &excluded)) {
        x->result = EXPLAINED_NOT;
        x->why = "an organisation that was excluded is not on the roster of the rule set";
        return true;
    }
    x->referral.earlier = record_earlier(&x->stored, rs);
    if (!decide(a, rs, &x->referral, excluded, x->stored.n_excluded,
                (struct load_view){.of = recorded_load_of, .context = &load}, &decision) ||
        !record_of(a, rs, &decision, excluded, x->stored.n_excluded, x->stored.arrived_ms, &derived))
        return false;
    record_add_earlier(&derived, rs, &x->referral.earlier);
    struct str bytes = record_encode(a, &derived);
    if (!bytes.p)
        return false;
    x->result = str_eq(bytes, record) ? EXPLAINED_IDENTICAL : EXPLAINED_DIFFERENT;
    return x->result == EXPLAINED_IDENTICAL || compare(a, x, &x->stored, &derived);
}

bool explain_decision(struct arena *a, const struct explain_set *set, struct str agency, struct str bytes,
                      struct str record, struct explanation *out)
{
    struct explanation x = {.result = EXPLAINED_NOT};
    bool done = record_decode(a, record, &x.stored);
    if (!done)
        return false;
    if (!set)
        x.why = "its rule set is not at hand";
    else if (str_empty(bytes))
        x.why = "the referral's content is gone or cannot be opened";
    else if (!referral_reopen(a, set->rules, agency, x.stored.arrived_ms, bytes, &x.referral))
        x.why = "the referral's bytes can't be read with this rule set";
    else
        x.reopened = true;
    if (!str_empty(x.stored.by))
        x.result = EXPLAINED_BY_HAND;
    else if (x.reopened)
        done = decide_again(a, set->rules, record, &x);
    if (done)
        *out = x;
    return done;
}
