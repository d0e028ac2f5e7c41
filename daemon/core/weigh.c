/*
 * weigh.c - words to rows, rows to targets, targets up the tree; then the best of them
 */
#include "core/weigh.h"

#include <stdlib.h>

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
static int find_masks(const struct weigher *w, const struct textscan_log *log, bool brief, struct stretch *masks)
{
    int n = 0;
    for (size_t i = 0; i < log->n; i++) {
        const struct weigh_word *word = own_word(w, &log->items[i]);
        if (!word || word->masks < (brief ? MASKS_SHORT : MASKS_ALWAYS))
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
    bool brief; /* the text is short */
    struct part_count {
        uint32_t end; /* of its last occurrence that counts */
        int count;
    } *parts;
    struct weigh_hit *hits; /* rows whose first part occurs */
    int n_hits;
};

/* Whether it speaks for something in this text. */
static bool row_counts(const struct counting *c, int row)
{
    return c->w->rows[row].target >= 0 && (c->brief || !c->w->rows[row].short_only);
}

static void count_word(struct counting *c, const struct weigh_word *word, struct stretch s)
{
    for (int k = 0; k < word->n; k++) {
        int part = c->w->links[word->first + k], row = c->w->part_row[part];
        struct part_count *p = &c->parts[part];
        if (p->count && s.start < p->end)
            continue;
        p->end = s.end;
        if (p->count++ == 0 && part == c->w->row_parts[row] && row_counts(c, row))
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
    struct counting c = {.w = w, .brief = log->characters <= (size_t)w->short_text};
    struct stretch *masks = ARENA_ARRAY(a, log->n + 1, struct stretch);
    int *points = ARENA_ARRAY(a, (size_t)w->n_targets + 1, int);
    c.parts = ARENA_ARRAY(a, (size_t)w->n_parts + 1, struct part_count);
    c.hits = ARENA_ARRAY(a, room_for_hits(w, log), struct weigh_hit);
    if (!masks || !points || !c.parts || !c.hits)
        return false;
    count_words(&c, log, masks, find_masks(w, log, c.brief, masks));
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
