/*
 * weigh.c - words to rows, rows to targets, targets up the tree; then the best of them
 */
#include "core/weigh.h"

#include <assert.h>
#include <stdlib.h>

struct weigh_word {
    size_t length;
    int first, n; /* of links */
};

/* ---- building ---- */

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
static bool build_links(struct arena *a, const struct weigh_term *terms, int n_terms, struct weigher *w)
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
    if (!targets || !build_parts(a, terms, n_terms, n_rows, out) || !build_links(a, terms, n_terms, out))
        return false;
    if (tags)
        build_tags(rows, n_rows, targets, &out->n_targets);
    else if (!build_categories(a, c, rows, n_rows, targets, &out->n_targets))
        return false;
    out->rows = rows;
    out->n_rows = n_rows;
    out->targets = targets;
    return true;
}

/* ---- weighing ---- */

struct seen {
    uint32_t start;
    int word; /* own */
};

/* Own words that stand in no longer own word, in order; the number of them. */
static int uncovered(const struct weigher *w, const struct textscan_log *log, struct seen *seen)
{
    int n = 0;
    uint32_t last_end = 0;
    for (size_t i = 0; i < log->n; i++) {
        const struct textscan_found *f = &log->items[i];
        int own = f->word < w->n_own ? w->own[f->word] : -1;
        if (own < 0 || f->end == last_end) /* the longest at each end comes first */
            continue;
        last_end = f->end;
        uint32_t start = f->end - (uint32_t)w->words[own].length;
        while (n > 0 && seen[n - 1].start >= start)
            n--;
        seen[n++] = (struct seen){start, own};
    }
    return n;
}

/* A row counts as often as the rarest of its parts. */
static int count_of(const struct weigher *w, const int *parts, int row)
{
    int count = w->repeats;
    for (int i = w->row_parts[row]; i < w->row_parts[row + 1]; i++)
        count = parts[i] < count ? parts[i] : count;
    return count;
}

/* The rows that words of theirs touch, each once; then those that count. */
static int count_rows(const struct weigher *w, const struct seen *seen, int n_seen, int *parts, struct weigh_hit *hits)
{
    int n = 0, kept = 0;
    for (int i = 0; i < n_seen; i++) {
        const struct weigh_word *word = &w->words[seen[i].word];
        for (int k = 0; k < word->n; k++) {
            int part = w->links[word->first + k], row = w->part_row[part];
            if (parts[part]++ == 0 && part == w->row_parts[row])
                hits[n++].row = row; /* a row counts only when its first part does */
        }
    }
    for (int i = 0; i < n; i++) {
        int row = hits[i].row, count = w->rows[row].target >= 0 ? count_of(w, parts, row) : 0;
        if (count > 0)
            hits[kept++] = (struct weigh_hit){row, count};
    }
    return kept;
}

bool weigh_run(struct arena *a, const struct weigher *w, const struct textscan_log *log, struct weighing *out)
{
    struct seen *seen = ARENA_ARRAY(a, log->n + 1, struct seen);
    int *parts = ARENA_ARRAY(a, (size_t)w->n_parts + 1, int), *points = ARENA_ARRAY(a, (size_t)w->n_targets + 1, int);
    int n = seen ? uncovered(w, log, seen) : 0;
    size_t room = 1;
    for (int i = 0; i < n; i++)
        room += (size_t)w->words[seen[i].word].n;
    struct weigh_hit *hits = ARENA_ARRAY(a, room, struct weigh_hit);
    if (!seen || !parts || !points || !hits)
        return false;
    n = count_rows(w, seen, n, parts, hits);
    for (int i = 0; i < n; i++)
        points[w->rows[hits[i].row].target] += hits[i].count * w->rows[hits[i].row].points;
    for (int i = w->n_targets - 1; i >= 0; i--)
        if (w->targets[i].above >= 0)
            points[w->targets[i].above] += points[i];
    *out = (struct weighing){hits, n, points};
    return true;
}

/* The best and the next of those right under `above`; the earlier one among equals. */
static struct weigh_best best_under(const struct weigher *w, const struct weighing *g, int above)
{
    struct weigh_best b = {-1, 0, -1, 0, -1};
    for (int i = above + 1; i < w->n_targets; i++) {
        int points = g->points[i];
        if (w->targets[i].above != above || points <= 0)
            continue;
        if (points > b.points) {
            b.second = b.target;
            b.second_points = b.points;
            b.target = i;
            b.points = points;
        } else if (points > b.second_points) {
            b.second = i;
            b.second_points = points;
        }
    }
    if (b.target >= 0 && b.points >= w->at_least && b.points - b.second_points >= w->lead)
        b.chosen = b.target;
    return b;
}

struct weigh_best weigh_best(const struct weigher *w, const struct weighing *g)
{
    struct weigh_best top = best_under(w, g, -1);
    for (int at = top.chosen; at >= 0;) {
        top.chosen = at;
        at = best_under(w, g, at).chosen;
    }
    return top;
}

bool weigh_text(struct arena *a, const struct textscan *words, const struct weigher *w, struct str folded,
                struct weighing *out)
{
    struct textscan_log log = {.arena = a};
    unsigned char *hits = arena_alloc(a, textscan_hits_size(words));
    return hits && textscan_find(words, folded, hits, &log) && weigh_run(a, w, &log, out);
}
