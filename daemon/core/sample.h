/*
 * sample.h - a stratified sample of referrals that anybody can draw again
 *
 * A referral's rank is SHA-256(SHA-256(seed), its id); of each stratum those with the lowest ranks are drawn. So the same seed and the
 * same population give the same sample on any host, in whatever order the population comes, and nobody can choose what is drawn who does
 * not choose the seed. How many each stratum gives: in proportion to its size by largest remainders, at least one.
 *
 * Memory: at most `size` referrals a stratum, and SAMPLE_STRATA_MAX strata, whatever the population.
 * Pure. Errors: memory shows in the arena.
 */
#ifndef CORE_SAMPLE_H
#define CORE_SAMPLE_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/id.h"

enum { SAMPLE_SIZE_MAX = 1000, SAMPLE_STRATA_MAX = 1000, SAMPLE_SEED_MAX = 100 };

struct sample_member {
    struct id id;
    struct str organisation;
    struct digest rank;
};
struct sample_stratum {
    struct str key;
    int64_t population;
    int drawn;                     /* by sampling_draw(); the first so many of `members` */
    struct sample_member *members; /* a heap until then; afterwards by rank */
    int n, cap;
};
struct sampling {
    struct arena *arena;
    struct digest seed;
    int size;
    struct sample_stratum **strata; /* by key, in byte order */
    int n_strata;
    int64_t population;
    bool too_many; /* strata */
};

void sampling_begin(struct sampling *s, struct arena *a, struct str seed, int size);
/* One more of the population. Strings are copied where they are kept. */
void sampling_offer(struct sampling *s, struct str stratum, struct id id, struct str organisation);
/*
 * How many of each stratum; of a population that is no larger than the sample, all. False when there are more strata than places: then
 * nothing is drawn.
 */
bool sampling_draw(struct sampling *s);

/*
 * Places by largest remainders, at least one for each that is not empty, never more than there are: equal remainders go to the larger
 * stratum, then to the first. False when that takes more than `size` places. For sampling_draw(), and tests.
 */
bool sample_allocate(const int64_t *population, int n, int size, int *out);

#endif
