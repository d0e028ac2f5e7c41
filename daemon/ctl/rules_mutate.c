/*
 * rules_mutate.c - mutants tried on all cores, and those told that no test noticed
 */
#include "ctl/rules_test.h"

#include "base/clock.h"
#include "conf/mutants.h"
#include "ctl/mutation_text.h"
#include "ctl/progress.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS_MAX 8

struct trial {
    const struct mutants *mutants;
    const struct mutation *items;
    int n;
    int *noticed; /* one a mutation: as mutants_try() */
    atomic_int next, done;
    struct progress bar;
};

/* ---- which ---- */

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u; /* splitmix64 (Steele, Lea, Flood 2014) */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Keeps `limit` of them, each as likely as the other, in their order. */
static void sample(struct mutations *m, const struct mutant_options *o)
{
    uint64_t state = (uint64_t)o->seed;
    size_t left = m->n > (size_t)o->limit ? (size_t)o->limit : m->n, kept = 0;
    for (size_t i = 0, n = m->n; i < n; i++)
        if (next_random(&state) % (n - i) < left - kept)
            m->items[kept++] = m->items[i];
    m->n = kept;
}

/* ---- trying ---- */

static void try_all(struct trial *t, bool tells)
{
    for (int i; (i = atomic_fetch_add(&t->next, 1)) < t->n;) {
        struct arena *a = arena_new(0);
        t->noticed[i] = a ? mutants_try(t->mutants, a, &t->items[i]) : MUTANT_FULL;
        arena_free(a);
        int done = atomic_fetch_add(&t->done, 1) + 1;
        if (tells)
            progress_at(&t->bar, (uint64_t)done);
    }
}

static void *helper(void *trial)
{
    try_all(trial, false);
    return NULL;
}

/* This thread works too, and tells how far all have come. */
static void try_on_all_cores(struct trial *t)
{
    pthread_t threads[THREADS_MAX];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int n = 0;
    t->bar = progress_start(stderr, "mutants", (uint64_t)t->n);
    while (n + 1 < cores && n < THREADS_MAX && pthread_create(&threads[n], NULL, helper, t) == 0)
        n++;
    try_all(t, true);
    while (n > 0)
        pthread_join(threads[--n], NULL);
    progress_end(&t->bar);
}

/* ---- telling ---- */

/* One that no test noticed. */
struct miss {
    struct str file, item; /* id of the rule or classifier */
    const struct mutation *m;
};

static void tell_miss(const struct report *r, const struct miss *x)
{
    const struct wording w = {r->set->arena, r->set->rs, false, 4};
    struct str what = mutation_text(&w, x->m);
    if (!r->json) {
        fprintf(r->out, "%s/" STR_FMT ":%u: " STR_FMT ": " STR_FMT "\n", r->set->shown_as, STR_ARG(x->file),
                x->m->line, STR_ARG(x->item), STR_ARG(what));
        return;
    }
    json_open(r->json, '{');
    json_key(r->json, "file"), json_text(r->json, x->file);
    json_key(r->json, "line"), json_int(r->json, x->m->line);
    json_key(r->json, "item"), json_text(r->json, x->item);
    json_key(r->json, "kind"), json_text(r->json, str_from(mutation_kind_names[x->m->kind]));
    json_key(r->json, "what"), json_text(r->json, what);
    json_close(r->json, '}');
}

static int by_place(const void *a, const void *b)
{
    const struct miss *x = a, *y = b;
    int c = str_cmp(x->file, y->file);
    if (c == 0)
        c = (x->m->line > y->m->line) - (x->m->line < y->m->line);
    return c ? c : (x->m > y->m) - (x->m < y->m);
}

struct sums {
    int made[MUTATION_KINDS], noticed[MUTATION_KINDS], all, all_noticed;
};

static bool sum_up(const struct trial *t, struct sums *s)
{
    *s = (struct sums){.all = t->n};
    for (int i = 0; i < t->n; i++) {
        if (t->noticed[i] == MUTANT_FULL)
            return false;
        s->made[t->items[i].kind]++;
        s->noticed[t->items[i].kind] += t->noticed[i] >= 0;
        s->all_noticed += t->noticed[i] >= 0;
    }
    return true;
}

static void tell_kinds(const struct report *r, const struct sums *s)
{
    for (int i = 0; i < MUTATION_KINDS; i++) {
        if (!r->json && s->made[i])
            fprintf(r->out, "  %-28s %6d of %6d noticed\n", mutation_kind_names[i], s->noticed[i],
                    s->made[i]);
        if (!r->json || !s->made[i])
            continue;
        json_open(r->json, '{');
        json_key(r->json, "kind"), json_text(r->json, str_from(mutation_kind_names[i]));
        json_key(r->json, "made"), json_int(r->json, s->made[i]);
        json_key(r->json, "noticed"), json_int(r->json, s->noticed[i]);
        json_close(r->json, '}');
    }
}

static void tell_text(const struct report *r, const struct sums *s, const struct mutations *m, size_t there,
                      int64_t seed, int64_t took_ms)
{
    fprintf(r->out, "mutants: %d", s->all);
    if (there > m->n)
        fprintf(r->out, " of %zu, drawn with seed %lld", there, (long long)seed);
    fprintf(r->out, "; %d noticed, %d not: score %.1f%%; %zu more would change nothing; %.1f s\n",
            s->all_noticed, s->all - s->all_noticed, s->all ? 100.0 * s->all_noticed / s->all : 0.0,
            m->equivalent, (double)took_ms / 1000);
    tell_kinds(r, s);
}

static void tell_json(const struct report *r, const struct sums *s, const struct mutations *m, size_t there,
                      int64_t seed)
{
    json_key(r->json, "there"), json_int(r->json, (int64_t)there);
    json_key(r->json, "tried"), json_int(r->json, s->all);
    json_key(r->json, "noticed"), json_int(r->json, s->all_noticed);
    json_key(r->json, "equivalent"), json_int(r->json, (int64_t)m->equivalent);
    json_key(r->json, "seed"), json_int(r->json, seed);
    json_key(r->json, "kinds"), json_open(r->json, '[');
    tell_kinds(r, s);
    json_close(r->json, ']');
}

static bool tell_unnoticed(const struct report *r, const struct trial *t)
{
    const struct ruleset *rs = r->set->rs;
    struct miss *all = ARENA_ARRAY(r->set->arena, (size_t)t->n + 1, struct miss);
    size_t n = 0;
    for (int i = 0; all && i < t->n; i++) {
        const struct mutation *m = &t->items[i];
        if (t->noticed[i] != MUTANT_UNNOTICED)
            continue;
        all[n] = m->of_classifier ? (struct miss){rs->classifiers[m->item].file, rs->classifiers[m->item].id, m}
                                  : (struct miss){rs->rules[m->item].file, rs->rules[m->item].id, m};
        if (m->file)
            all[n].file = *m->file;
        n++;
    }
    if (n)
        qsort(all, n, sizeof *all, by_place);
    for (size_t i = 0; i < n; i++)
        tell_miss(r, &all[i]);
    return all != NULL;
}

bool rules_mutate_report(const struct report *r, const struct mutant_options *o)
{
    struct arena *a = r->set->arena;
    struct mutations m;
    struct sums sums;
    int64_t began = clock_mono_ms();
    if (!mutate_list(a, r->set->rs, &m))
        return false;
    size_t there = m.n;
    sample(&m, o);
    struct trial t = {.mutants = mutants_new(a, r->set->rs, &r->tests), .items = m.items, .n = (int)m.n};
    t.noticed = ARENA_ARRAY(a, m.n + 1, int);
    if (!t.mutants || !t.noticed)
        return false;
    try_on_all_cores(&t);
    if (!sum_up(&t, &sums))
        return false;
    if (!r->json) {
        bool told = tell_unnoticed(r, &t);
        tell_text(r, &sums, &m, there, o->seed, clock_mono_ms() - began);
        return told;
    }
    json_key(r->json, "mutants"), json_open(r->json, '{');
    tell_json(r, &sums, &m, there, o->seed);
    json_key(r->json, "unnoticed"), json_open(r->json, '[');
    bool told = tell_unnoticed(r, &t);
    json_close(r->json, ']');
    json_close(r->json, '}');
    return told;
}
