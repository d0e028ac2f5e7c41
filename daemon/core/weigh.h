/*
 * weigh.h - what a text speaks for, by words that carry points
 *
 * A weigher is a table of rows: words, what they speak for or against, how strongly. The words of all weighers are
 * found in the rule set's one pass over the text; here their points are added up. Rows do not see each other, but for
 * masks: a row without a target takes the words that stand inside its own out of account. What speaks for a category
 * speaks for all above it in the tree. In a long text pairs of everyday words meet by accident: rows may be kept for
 * short ones.
 *
 * Pure: integers only, the same text gives the same points. Immutable once built.
 */
#ifndef CORE_WEIGH_H
#define CORE_WEIGH_H

#include "core/category.h"
#include "core/textscan.h"

enum { WEIGH_POINTS_MAX = 100, WEIGH_REPEATS_MAX = 100, WEIGH_ROWS_MAX = 50000 };

struct weigh_row {
    struct str text, file; /* as the table has it */
    unsigned line;
    int category;   /* -1: none */
    struct str tag; /* empty: none. Neither: a mask */
    int points;
    bool short_only; /* counts in a short text only */
    int target;     /* of the weigher's targets, or -1; set by weigh_build */
};

/* One word of a row, sorted by row and part: a row counts as often as its rarest part, a part as often as its words
 * occur without overlapping. */
struct weigh_term {
    int row, part;
    int word;      /* number in the rule set's textscan */
    size_t length; /* bytes */
};

struct weigh_word { /* a word of the weigher's own */
    size_t length;
    int first, n; /* of links */
    enum weigh_masks { MASKS_NEVER, MASKS_SHORT, MASKS_ALWAYS } masks; /* SHORT: in a short text only */
};

struct weigh_target {
    int category; /* -1: a tag */
    struct str tag;
    int above;    /* the target of the parent category, which comes before this one; -1 */
};

struct weigher {
    const struct weigh_row *rows;
    int n_rows;
    const struct weigh_target *targets;
    int n_targets;
    int at_least; /* points that a target needs */
    int lead;     /* points that the best needs over the next */
    int repeats;  /* a row counts at most so often */
    int short_text; /* a text is short that has no more characters */
    /* Made by weigh_build. */
    const int *own; /* by word number: own word, or -1 */
    int n_own;
    const struct weigh_word *words;
    const int *links;     /* parts that have the word */
    const int *part_row;  /* row of each part; the parts of a row stand together */
    const int *row_parts; /* first part of each row, and one behind the last */
    int n_parts;
};

/* Fills all but at_least, lead, repeats and short_text; rows stay the caller's, in an arena. False past the budget. */
bool weigh_build(struct arena *a, const struct categories *c, struct weigh_row *rows, int n_rows,
                 const struct weigh_term *terms, int n_terms, struct weigher *out);

/* Whether its targets are categories. Otherwise tags. */
static inline bool weigher_sets_category(const struct weigher *w)
{
    return w->n_targets > 0 && w->targets[0].category >= 0;
}

/* What came out for one text. */
struct weighing {
    const struct weigh_hit { int row, count; } *hits; /* rows that count, in order of their first word in the text */
    int n_hits;
    const int *points; /* by target, with those below it */
};

/* Points of the words in `log`. False past the budget of `a`. */
bool weigh_run(struct arena *a, const struct weigher *w, const struct textscan_log *log, struct weighing *out);

/* The same for a folded text that has not been scanned; for explanations. */
bool weigh_text(struct arena *a, const struct textscan *words, const struct weigher *w, struct str folded,
                struct weighing *out);

struct weigh_best {
    int target, points; /* the topmost category with most points; -1: no row spoke for any */
    int second, second_points;
    int chosen; /* the target it comes down to: `target` or one below it; -1: too weak, or too close */
};
struct weigh_best weigh_best(const struct weigher *w, const struct weighing *g);

/* What a hit adds to its target. */
int weigh_points(const struct weigher *w, const struct weigh_hit *h);
/* The hits, those with most points for or against first; NULL past the budget. */
const struct weigh_hit *weigh_sorted(struct arena *a, const struct weigher *w, const struct weighing *g);

#endif
