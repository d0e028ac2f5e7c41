/*
 * words.c - the words that were weighed for a category: as their table has them, never what stands around them
 */
#include "tell/tell.h"

enum { WORDS_MAX = 20 };

/* The weigher that set the category; NULL when something else did. */
static const struct weigher *weigher_of(const struct ruleset *rs, struct str classifier)
{
    for (int i = 0; i < rs->n_classifiers; i++)
        if (str_eq(rs->classifiers[i].id, classifier))
            return rs->classifiers[i].weigh;
    return NULL;
}

static void fill(struct str *row, struct arena *a, const struct ruleset *rs, const struct weigher *w,
                 const struct weigh_hit *hit)
{
    const struct weigh_row *r = &w->rows[hit->row];
    row[0] = arena_str(a, r->text); /* the rule set may be gone before the sheet is sent */
    row[1] = arena_str(a, rs->categories.items[r->category].code);
    row[2] = arena_str(a, rs->categories.items[r->category].name);
    row[3] = cell_int(a, weigh_points(w, hit));
    row[4] = arena_printf(a, STR_FMT ":%u", STR_ARG(r->file), r->line);
}

void tell_words(const struct telling *t)
{
    static const struct sheet_column columns[] = {
        {"word", "word", CELL_TEXT},        {"for", "for", CELL_TEXT},      {"name", "名称", CELL_TEXT},
        {"points", "points", CELL_INTEGER}, {"at", "stands at", CELL_TEXT}, {NULL, NULL, 0}};
    struct arena *a = t->sheets->arena;
    const struct weigher *w = t->rules && t->referral ? weigher_of(t->rules, t->record->classifier) : NULL;
    struct weighing g;
    if (!w || !weigh_text(a, t->rules->words, w, t->referral->folded, &g))
        return;
    const struct weigh_hit *hits = weigh_sorted(a, w, &g);
    struct sheet *sheet = sheet_add(t->sheets, tell_name(t, "words"), "Words that were weighed", columns, false);
    for (int i = 0; hits && i < g.n_hits && i < WORDS_MAX; i++) {
        struct str *row = sheet_row(t->sheets, sheet);
        if (!row)
            return;
        fill(row, a, t->rules, w, &hits[i]);
    }
}
