/*
 * weigh_build.c - rows of words made into a weigher: targets up the tree, and from each word to the parts that have it
 */
#include "core/weigh.h"

#include <assert.h>
#include <stdlib.h>

static int by_order(const void *a, const void *b, void *items)
{
    const struct category *c = items;
    int x = c[((const struct weigh_target *)a)->category].order, y = c[((const struct weigh_target *)b)->category].order;
    return (x > y) - (x < y);
}

static int by_tag(const void *a, const void *b)
{
    return str_cmp(((const struct weigh_target *)a)->tag, ((const struct weigh_target *)b)->tag);
}

/* Categories of the rows and all above them, parents first. */
static bool build_categories(struct arena *a, const struct categories *c, struct weigh_row *rows, int n_rows,
                             struct weigh_target *targets, int *n)
{
    int *number = ARENA_ARRAY(a, (size_t)c->n + 1, int); /* target + 1 by category */
    if (!number)
        return false;
    *n = 0;
    for (int i = 0; i < n_rows; i++)
        for (int k = rows[i].category; k >= 0 && !number[k]; k = c->items[k].parent) {
            number[k] = 1;
            targets[(*n)++] = (struct weigh_target){.category = k, .tag = {"", 0}, .above = -1};
        }
    if (*n)
        qsort_r(targets, (size_t)*n, sizeof *targets, by_order, (void *)(uintptr_t)c->items);
    for (int i = 0; i < *n; i++) {
        int parent = c->items[targets[i].category].parent;
        number[targets[i].category] = i + 1;
        targets[i].above = parent >= 0 ? number[parent] - 1 : -1;
    }
    for (int i = 0; i < n_rows; i++)
        rows[i].target = rows[i].category >= 0 ? number[rows[i].category] - 1 : -1;
    return true;
}

static void build_tags(struct weigh_row *rows, int n_rows, struct weigh_target *targets, int *n)
{
    int all = 0;
    for (int i = 0; i < n_rows; i++)
        if (rows[i].tag.n)
            targets[all++] = (struct weigh_target){-1, rows[i].tag, -1};
    if (all)
        qsort(targets, (size_t)all, sizeof *targets, by_tag);
    *n = 0;
    for (int i = 0; i < all; i++)
        if (i == 0 || !str_eq(targets[i].tag, targets[*n - 1].tag))
            targets[(*n)++] = targets[i];
    for (int i = 0; i < n_rows; i++)
        rows[i].target = rows[i].tag.n ? STR_FIND_SORTED(targets, *n, tag, rows[i].tag) : -1;
}

/* Own numbers for the words in use. */
static bool build_own(struct arena *a, const struct weigh_term *terms, int n_terms, struct weigher *w, int *n_words)
{
    w->n_own = 0;
    for (int i = 0; i < n_terms; i++)
        w->n_own = terms[i].word >= w->n_own ? terms[i].word + 1 : w->n_own;
    int *own = ARENA_ARRAY(a, (size_t)w->n_own + 1, int);
    if (!own)
        return false;
    for (int i = 0; i < w->n_own; i++)
        own[i] = -1;
    *n_words = 0;
    for (int i = 0; i < n_terms; i++)
        if (own[terms[i].word] < 0)
            own[terms[i].word] = (*n_words)++;
    w->own = own;
    return true;
}

/* Parts numbered through all rows, each with its row. */
static bool build_parts(struct arena *a, const struct weigh_term *terms, int n_terms, int n_rows, struct weigher *w)
{
    int *part_row = ARENA_ARRAY(a, (size_t)n_terms + 1, int), *row_parts = ARENA_ARRAY(a, (size_t)n_rows + 1, int);
    if (!part_row || !row_parts)
        return false;
    int row = 0;
    w->n_parts = 0;
    for (int i = 0; i < n_terms; i++) {
        if (i > 0 && terms[i].row == terms[i - 1].row && terms[i].part == terms[i - 1].part)
            continue;
        while (row <= terms[i].row)
            row_parts[row++] = w->n_parts;
        part_row[w->n_parts++] = terms[i].row;
    }
    while (row <= n_rows)
        row_parts[row++] = w->n_parts;
    w->part_row = part_row;
    w->row_parts = row_parts;
    return true;
}

/* From each word to the parts that have it. */
static bool build_links(struct arena *a, const struct weigh_term *terms, int n_terms, const struct weigh_row *rows,
                        struct weigher *w)
{
    int n_words, part = -1;
    if (!build_own(a, terms, n_terms, w, &n_words))
        return false;
    struct weigh_word *words = ARENA_ARRAY(a, (size_t)n_words + 1, struct weigh_word);
    int *links = ARENA_ARRAY(a, (size_t)n_terms + 1, int);
    if (!words || !links)
        return false;
    for (int i = 0; i < n_terms; i++) {
        words[w->own[terms[i].word]].length = terms[i].length;
        words[w->own[terms[i].word]].n++;
    }
    for (int i = 1; i < n_words; i++)
        words[i].first = words[i - 1].first + words[i - 1].n;
    for (int i = 0; i < n_words; i++)
        words[i].n = 0;
    for (int i = 0; i < n_terms; i++) {
        struct weigh_word *word = &words[w->own[terms[i].word]];
        if (rows[terms[i].row].target < 0)
            word->masks = rows[terms[i].row].short_only && word->masks != MASKS_ALWAYS ? MASKS_SHORT : MASKS_ALWAYS;
        part += i == 0 || terms[i].row != terms[i - 1].row || terms[i].part != terms[i - 1].part;
        links[word->first + word->n++] = part;
    }
    w->words = words;
    w->links = links;
    return true;
}

bool weigh_build(struct arena *a, const struct categories *c, struct weigh_row *rows, int n_rows,
                 const struct weigh_term *terms, int n_terms, struct weigher *out)
{
    assert(n_rows >= 0 && n_rows <= WEIGH_ROWS_MAX && n_terms >= 0);
    bool tags = false;
    for (int i = 0; i < n_rows; i++)
        tags = tags || rows[i].tag.n;
    size_t room = (size_t)(tags ? n_rows : c->n) + 1;
    struct weigh_target *targets = ARENA_ARRAY(a, room, struct weigh_target);
    if (!targets)
        return false;
    if (tags)
        build_tags(rows, n_rows, targets, &out->n_targets);
    else if (!build_categories(a, c, rows, n_rows, targets, &out->n_targets))
        return false;
    out->rows = rows;
    out->n_rows = n_rows;
    out->targets = targets;
    return build_parts(a, terms, n_terms, n_rows, out) && build_links(a, terms, n_terms, rows, out);
}
