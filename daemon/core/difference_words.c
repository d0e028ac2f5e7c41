/*
 * difference_words.c - words that two weighers do not weigh alike, and texts that have them
 */
#include "core/difference_inner.h"

#include <stdlib.h>

/* A row, with its category in the space's lists. */
struct weighed {
    const struct weigh_row *row;
    int at, category;
};

static int by_row(const void *a, const void *b)
{
    const struct weighed *x = a, *y = b;
    int order = str_cmp(x->row->text, y->row->text);
    if (order == 0)
        order = str_cmp(x->row->tag, y->row->tag);
    if (order == 0)
        order = (x->category > y->category) - (x->category < y->category);
    if (order == 0)
        order = x->row->short_only - y->row->short_only;
    return order ? order : (x->row->points > y->row->points) - (x->row->points < y->row->points);
}

static struct weighed *sorted(const struct space *s, const struct weigher *w, int side, struct arena *scratch)
{
    struct weighed *all = ARENA_ARRAY(scratch, (size_t)w->n_rows + 1, struct weighed);
    for (int i = 0; all && i < w->n_rows; i++) {
        int category = w->rows[i].category;
        all[i] = (struct weighed){&w->rows[i], i, category >= 0 ? space_category(s, side, category) : -1};
    }
    if (all && w->n_rows)
        qsort(all, (size_t)w->n_rows, sizeof *all, by_row);
    return all;
}

int rows_apart(const struct space *s, const struct weigher *own, const struct weigher *other, int own_side,
               struct arena *scratch, int *out, int max)
{
    struct weighed *a = sorted(s, own, own_side, scratch), *b = sorted(s, other, !own_side, scratch);
    int n = 0;
    for (int i = 0, k = 0; a && b && i < own->n_rows && n < max;) {
        int order = k < other->n_rows ? by_row(&a[i], &b[k]) : -1;
        if (order < 0)
            out[n++] = a[i].at;
        i += order <= 0;
        k += order >= 0;
    }
    return a && b ? n : -1;
}

/* A word of the rule set that makes `part` occur; -1: none. */
static int word_of_part(const struct weigher *w, int part)
{
    for (int number = 0; number < w->n_own; number++) {
        const struct weigh_word *word = w->own[number] >= 0 ? &w->words[w->own[number]] : NULL;
        for (int i = 0; word && i < word->n; i++) {
            if (w->links[word->first + i] == part)
                return number;
        }
    }
    return -1;
}

struct str row_words(const struct ruleset *rs, const struct weigher *w, int row, struct str separator,
                     struct arena *a)
{
    struct str text = STR("");
    for (int part = w->row_parts[row]; part < w->row_parts[row + 1] && text.p; part++) {
        int number = word_of_part(w, part);
        if (number >= 0)
            text = arena_printf(a, STR_FMT STR_FMT STR_FMT, STR_ARG(text),
                                STR_ARG(text.n ? separator : text),
                                STR_ARG(textscan_word(rs->words, number)));
    }
    return text;
}
