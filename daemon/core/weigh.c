/*
 * weigh.c - words to rows, rows to targets, targets up the tree; then the best of them
 */
#include "core/weigh.h"

#include <assert.h>
#include <stdlib.h>

struct weigh_word {
    size_t length;
    int first, n; /* of links */
    bool masks;
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
        word->masks = word->masks || rows[terms[i].row].target < 0;
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

/* ---- weighing ---- */

struct stretch { /* of the text */
    uint32_t start, end;
};

/* An own word of `w` in the text; NULL for a word of others. */
static const struct weigh_word *own_word(const struct weigher *w, const struct textscan_found *f)
{
    int own = f->word < w->n_own ? w->own[f->word] : -1;
    return own < 0 ? NULL : &w->words[own];
}

/* Where masks stand, without those inside longer ones, in order; the number of them. */
static int find_masks(const struct weigher *w, const struct textscan_log *log, struct stretch *masks)
{
    int n = 0;
    for (size_t i = 0; i < log->n; i++) {
        const struct weigh_word *word = own_word(w, &log->items[i]);
        if (!word || !word->masks)
            continue;
        struct stretch s = {log->items[i].end - (uint32_t)word->length, log->items[i].end};
        if (n > 0 && masks[n - 1].end == s.end) /* the longer comes first */
            continue;
        while (n > 0 && masks[n - 1].start >= s.start)
            n--;
        masks[n++] = s;
    }
    return n;
}

struct counting {
    const struct weigher *w;
    struct part_count {
        uint32_t end; /* of its last occurrence that counts */
        int count;
    } *parts;
    struct weigh_hit *hits; /* rows whose first part occurs */
    int n_hits;
};

static void count_word(struct counting *c, const struct weigh_word *word, struct stretch s)
{
    for (int k = 0; k < word->n; k++) {
        int part = c->w->links[word->first + k], row = c->w->part_row[part];
        struct part_count *p = &c->parts[part];
        if (p->count && s.start < p->end)
            continue;
        p->end = s.end;
        if (p->count++ == 0 && part == c->w->row_parts[row] && c->w->rows[row].target >= 0)
            c->hits[c->n_hits++].row = row;
    }
}

/* Every word that is inside no mask. */
static void count_words(struct counting *c, const struct textscan_log *log, const struct stretch *masks, int n_masks)
{
    int mask = 0;
    for (size_t i = 0; i < log->n; i++) {
        const struct weigh_word *word = own_word(c->w, &log->items[i]);
        if (!word)
            continue;
        struct stretch s = {log->items[i].end - (uint32_t)word->length, log->items[i].end};
        while (mask < n_masks && masks[mask].end < s.end)
            mask++;
        bool inside = mask < n_masks && masks[mask].start <= s.start &&
                      masks[mask].end - masks[mask].start > s.end - s.start;
        if (!inside)
            count_word(c, word, s);
    }
}

/* A row counts as often as the rarest of its parts. Leaves those that count. */
static void count_rows(struct counting *c)
{
    int kept = 0;
    for (int i = 0; i < c->n_hits; i++) {
        int row = c->hits[i].row, count = c->w->repeats;
        for (int part = c->w->row_parts[row]; part < c->w->row_parts[row + 1]; part++)
            count = c->parts[part].count < count ? c->parts[part].count : count;
        if (count > 0)
            c->hits[kept++] = (struct weigh_hit){row, count};
    }
    c->n_hits = kept;
}

/* The most rows that the words in `log` can touch. */
static size_t room_for_hits(const struct weigher *w, const struct textscan_log *log)
{
    size_t room = 1;
    for (size_t i = 0; i < log->n && room <= (size_t)w->n_rows; i++) {
        const struct weigh_word *word = own_word(w, &log->items[i]);
        room += word ? (size_t)word->n : 0;
    }
    return room <= (size_t)w->n_rows ? room : (size_t)w->n_rows + 1;
}

bool weigh_run(struct arena *a, const struct weigher *w, const struct textscan_log *log, struct weighing *out)
{
    struct counting c = {.w = w};
    struct stretch *masks = ARENA_ARRAY(a, log->n + 1, struct stretch);
    int *points = ARENA_ARRAY(a, (size_t)w->n_targets + 1, int);
    c.parts = ARENA_ARRAY(a, (size_t)w->n_parts + 1, struct part_count);
    c.hits = ARENA_ARRAY(a, room_for_hits(w, log), struct weigh_hit);
    if (!masks || !points || !c.parts || !c.hits)
        return false;
    count_words(&c, log, masks, find_masks(w, log, masks));
    count_rows(&c);
    for (int i = 0; i < c.n_hits; i++)
        points[w->rows[c.hits[i].row].target] += c.hits[i].count * w->rows[c.hits[i].row].points;
    for (int i = w->n_targets - 1; i >= 0; i--)
        if (w->targets[i].above >= 0)
            points[w->targets[i].above] += points[i];
    *out = (struct weighing){c.hits, c.n_hits, points};
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

int weigh_points(const struct weigher *w, const struct weigh_hit *h)
{
    return h->count * w->rows[h->row].points;
}

static int by_points(const void *a, const void *b, void *weigher)
{
    const struct weigh_hit *x = a, *y = b;
    int p = abs(weigh_points(weigher, x)), q = abs(weigh_points(weigher, y));
    return p != q ? (q > p) - (q < p) : (x->row > y->row) - (x->row < y->row);
}

const struct weigh_hit *weigh_sorted(struct arena *a, const struct weigher *w, const struct weighing *g)
{
    struct weigh_hit *sorted = ARENA_ARRAY(a, (size_t)g->n_hits + 1, struct weigh_hit);
    if (!sorted)
        return NULL;
    if (g->n_hits) {
        memcpy(sorted, g->hits, (size_t)g->n_hits * sizeof *sorted);
        qsort_r(sorted, (size_t)g->n_hits, sizeof *sorted, by_points, (void *)(uintptr_t)w);
    }
    return sorted;
}
