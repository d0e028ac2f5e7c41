/*
 * sample.c - ranks, strata and how many of each
 */
#include "core/sample.h"

#include <stdlib.h>

/* ---- how many ---- */

/* What is left to give among those that are not settled at one. */
struct share {
    int64_t population;
    int places;
};

static bool settled(const int *out, int i)
{
    return out[i] != 0;
}

static struct share left(const int64_t *population, int n, int size, const int *out)
{
    struct share s = {0, size};
    for (int i = 0; i < n; i++) {
        if (settled(out, i))
            s.places -= out[i];
        else
            s.population += population[i];
    }
    return s;
}

/* Those whose share is less than one get one; true when there were any. */
static bool settle_small(const int64_t *population, int n, struct share s, int *out)
{
    bool any = false;
    for (int i = 0; i < n; i++)
        if (population[i] && !settled(out, i) && population[i] * s.places < s.population) {
            out[i] = 1;
            any = true;
        }
    return any;
}

static int largest_remainder(const int64_t *population, int n, struct share s, const bool *open)
{
    int best = -1;
    for (int i = 0; i < n; i++) {
        if (!open[i])
            continue;
        int64_t r = population[i] * s.places % s.population, most = best < 0 ? -1 : population[best] * s.places % s.population;
        if (r > most || (r == most && population[i] > population[best]))
            best = i;
    }
    return best;
}

static void give_rest(const int64_t *population, int n, struct share s, int *out)
{
    bool open[SAMPLE_STRATA_MAX] = {false};
    int given = 0;
    for (int i = 0; i < n; i++)
        open[i] = population[i] && !settled(out, i);
    for (int i = 0; i < n; i++)
        if (open[i])
            given += out[i] = (int)(population[i] * s.places / s.population);
    for (; given < s.places; given++) {
        int i = largest_remainder(population, n, s, open);
        out[i]++;
        open[i] = false;
    }
}

bool sample_allocate(const int64_t *population, int n, int size, int *out)
{
    int64_t all = 0;
    int some = 0;
    for (int i = 0; i < n; i++) {
        out[i] = 0;
        all += population[i];
        some += population[i] > 0;
    }
    if (some > size || n > SAMPLE_STRATA_MAX)
        return false;
    if (all <= size) {
        for (int i = 0; i < n; i++)
            out[i] = (int)population[i];
        return true;
    }
    struct share s = left(population, n, size, out);
    while (settle_small(population, n, s, out))
        s = left(population, n, size, out);
    if (s.population)
        give_rest(population, n, s, out);
    return true;
}

/* ---- which ---- */

static int rank_cmp(const struct sample_member *a, const struct sample_member *b)
{
    return memcmp(a->rank.b, b->rank.b, sizeof a->rank.b);
}

void sampling_begin(struct sampling *s, struct arena *a, struct str seed, int size)
{
    *s = (struct sampling){.arena = a, .seed = digest_of(seed.p, seed.n), .size = size};
    s->strata = ARENA_ARRAY(a, SAMPLE_STRATA_MAX, struct sample_stratum *);
}

/* Where it stands, or would stand. */
static int place_of(const struct sampling *s, struct str key)
{
    int low = 0, high = s->n_strata;
    while (low < high) {
        int middle = (low + high) / 2;
        if (str_cmp(s->strata[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct sample_stratum *stratum_of(struct sampling *s, struct str key)
{
    int at = place_of(s, key);
    if (at < s->n_strata && str_eq(s->strata[at]->key, key))
        return s->strata[at];
    if (s->n_strata == SAMPLE_STRATA_MAX) {
        s->too_many = true;
        return NULL;
    }
    struct sample_stratum *new = ARENA_NEW(s->arena, struct sample_stratum);
    if (!new)
        return NULL;
    new->key = arena_str(s->arena, key);
    memmove(&s->strata[at + 1], &s->strata[at], (size_t)(s->n_strata - at) * sizeof *s->strata);
    s->strata[at] = new;
    s->n_strata++;
    return new;
}

static void swap(struct sample_member *a, struct sample_member *b)
{
    struct sample_member kept = *a;
    *a = *b;
    *b = kept;
}

/* The highest rank stands first. */
static void sift_down(struct sample_member *m, int n)
{
    for (int i = 0, child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && rank_cmp(&m[child + 1], &m[child]) > 0)
            child++;
        if (rank_cmp(&m[i], &m[child]) >= 0)
            return;
        swap(&m[i], &m[child]);
    }
}

static void sift_up(struct sample_member *m, int i)
{
    for (; i > 0 && rank_cmp(&m[i], &m[(i - 1) / 2]) > 0; i = (i - 1) / 2)
        swap(&m[i], &m[(i - 1) / 2]);
}

static bool room_for(struct sampling *s, struct sample_stratum *t)
{
    if (t->n < t->cap)
        return true;
    int cap = t->cap ? 2 * t->cap : 8;
    struct sample_member *grown = ARENA_ARRAY(s->arena, (size_t)cap, struct sample_member);
    if (!grown)
        return false;
    if (t->n)
        memcpy(grown, t->members, (size_t)t->n * sizeof *grown);
    t->members = grown;
    t->cap = cap;
    return true;
}

void sampling_offer(struct sampling *s, struct str stratum, struct id id, struct str organisation)
{
    struct sample_stratum *t = s->strata ? stratum_of(s, stratum) : NULL;
    struct sample_member m = {.id = id, .rank = digest_chain(s->seed, id.b, sizeof id.b)};
    if (!t)
        return;
    s->population++;
    t->population++;
    bool full = t->n == s->size;
    if (full && rank_cmp(&m, &t->members[0]) >= 0)
        return;
    if (!full && !room_for(s, t))
        return;
    m.organisation = arena_str(s->arena, organisation);
    if (full) {
        t->members[0] = m;
        sift_down(t->members, t->n);
    } else {
        t->members[t->n++] = m;
        sift_up(t->members, t->n - 1);
    }
}

static int by_rank(const void *a, const void *b)
{
    return rank_cmp(a, b);
}

bool sampling_draw(struct sampling *s)
{
    int64_t population[SAMPLE_STRATA_MAX];
    int drawn[SAMPLE_STRATA_MAX];
    for (int i = 0; i < s->n_strata; i++)
        population[i] = s->strata[i]->population;
    if (s->too_many || !sample_allocate(population, s->n_strata, s->size, drawn))
        return false;
    for (int i = 0; i < s->n_strata; i++) {
        struct sample_stratum *t = s->strata[i];
        t->drawn = drawn[i] < t->n ? drawn[i] : t->n; /* fewer only when memory is out */
        if (t->n)
            qsort(t->members, (size_t)t->n, sizeof *t->members, by_rank);
    }
    return true;
}
