/*
 * space_search_real.c - which boxes where no referral lies have the point that was found
 *
 * There are tens of thousands of such boxes, and a point is in next to none. Each box is filed under the one of its
 * dimensions where it asks for the fewest classes, presence rather than absence where that is equal, in a list for each
 * of these classes; of a point only the lists of its own classes are looked at.
 */
#include "core/space_search_inner.h"

#include <stdlib.h>

/* The literal that the fewest points meet: of two classes, the one that something is there. */
static const struct lit *rarest(const struct space *s, const struct box *b)
{
    const struct lit *best = &b->lits[0];
    for (int i = 1; i < b->n; i++) {
        const struct lit *l = &b->lits[i];
        int64_t mine = (int64_t)s->sets[l->set].holds * s->dims[best->dim].n;
        int64_t least = (int64_t)s->sets[best->set].holds * s->dims[l->dim].n;
        bool absent = set_has(s, best->set, 0), present = !set_has(s, l->set, 0);
        if (mine < least || (mine == least && absent && present))
            best = l;
    }
    return best;
}

/* Where the lists of each dimension begin; one more for boxes that speak of none. Returns how many there are. */
static size_t lay_out(struct search *x)
{
    const struct space *s = x->s;
    size_t at = 0;
    for (size_t d = 0; d < s->n_dims; d++) {
        x->files[d] = at;
        at += (size_t)s->dims[d].n;
    }
    x->files[s->n_dims] = at;
    return at + 1;
}

/* Counts the box into its lists, or, with `at`, puts it there. */
static void file_box(struct search *x, size_t i, size_t *counts, int *at)
{
    const struct space *s = x->s;
    const struct box *b = &s->never[i].box;
    if (b->empty)
        return;
    const struct lit *l = b->n ? rarest(s, b) : NULL;
    size_t list = x->files[l ? (size_t)l->dim : s->n_dims];
    for (int class = 0; class < (l ? s->dims[l->dim].n : 1); class++) {
        if (l && !set_has(s, l->set, class))
            continue;
        size_t slot = counts[list + (size_t)class]++;
        if (at)
            at[slot] = (int)i;
    }
}

bool search_file_never(struct search *x)
{
    const struct space *s = x->s;
    x->n_files = (int)s->n_dims + 1;
    x->files = calloc((size_t)x->n_files, sizeof *x->files);
    size_t lists = x->files ? lay_out(x) : 0, total = 0;
    x->ends = calloc(lists + 1, sizeof *x->ends);
    if (!x->files || !x->ends)
        return false;
    for (size_t i = 0; i < s->n_never; i++)
        file_box(x, i, x->ends, NULL);
    for (size_t k = 0; k < lists; k++) { /* from counts to beginnings; filing makes them ends */
        size_t n = x->ends[k];
        x->ends[k] = total;
        total += n;
    }
    x->filed = malloc((total + 1) * sizeof *x->filed);
    if (!x->filed)
        return false;
    for (size_t i = 0; i < s->n_never; i++)
        file_box(x, i, x->ends, x->filed);
    return true;
}

void search_unfile_never(struct search *x)
{
    free(x->files);
    free(x->ends);
    free(x->filed);
}

static bool binds(const struct search *x, const struct never *n)
{
    return n->classifier < 0 || n->of != x->before_of || n->classifier < x->before_classifier;
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void look_at(struct search *x, int i)
{
    const struct never *n = &x->s->never[i];
    if (x->never_used[i] == x->question || !binds(x, n) || !box_has(x->s, &n->box, x->point))
        return;
    int *slot = SEARCH_PUSH(x, x->broken);
    if (slot)
        *slot = i;
}

void search_broken(struct search *x)
{
    x->broken.n = 0;
    for (int d = 0; d < x->n_files; d++) {
        size_t first = x->files[d], end = d + 1 < x->n_files ? x->files[d + 1] : first + 1;
        if (x->ends[end - 1] == (first ? x->ends[first - 1] : 0))
            continue; /* nothing is filed here: no need to know the point's class */
        size_t list = first + (d + 1 < x->n_files ? (size_t)point_class(x->s, x->point, d) : 0);
        for (size_t k = list ? x->ends[list - 1] : 0; k < x->ends[list]; k++)
            look_at(x, x->filed[k]);
    }
    if (x->broken.n > 1)
        qsort(x->broken.items, (size_t)x->broken.n, sizeof *x->broken.items, by_number);
}
