/*
 * equal_weigh.h - random tables of words with points, and the weigher that core has of one
 */
#ifndef TESTS_UNIT_CORE_EQUAL_WEIGH_H
#define TESTS_UNIT_CORE_EQUAL_WEIGH_H

#include "core/equal_parts.h"

/* Words that do not stand in the line yet: a table may not have one twice in a row. */
static inline void weigh_words(struct model *m, struct model_line *line)
{
    uint64_t taken = 0;
    line->n_parts = chance(m, 25) ? 2 : 1;
    for (int part = 0; part < line->n_parts; part++) {
        for (int wanted = chance(m, 30) ? 2 : 1; wanted > 0; wanted--) {
            int word = pick(m, COUNT(model_words));
            while (taken & UINT64_C(1) << word)
                word = (word + 1) % COUNT(model_words);
            taken |= UINT64_C(1) << word;
            line->words[part][line->n_words[part]++] = word;
        }
    }
}

/* The first line always speaks for something. Few points, so that they come out level and cancel out. */
static inline const struct model_weigh *weigh_new(struct model *m)
{
    struct model_weigh *w = ARENA_NEW(m->w->a, struct model_weigh);
    assert_non_null(w);
    w->tags = chance(m, 30);
    w->at_least = 1 + pick(m, 4);
    w->lead = 1 + pick(m, 2);
    w->repeats = 1 + pick(m, 3);
    w->short_text = 1 + pick(m, 60);
    w->n_lines = 1 + pick(m, WEIGH_LINES_MAX);
    for (int i = 0; i < w->n_lines; i++) {
        struct model_line *line = &w->lines[i];
        bool mask = i > 0 && chance(m, 20);
        weigh_words(m, line);
        line->category = mask || w->tags ? -1 : pick(m, COUNT(model_categories));
        line->tag = !mask && w->tags ? PICK_OF(m, model_tags) : NULL;
        line->short_only = chance(m, 25);
        line->points = mask ? 0 : chance(m, 20) ? -1 - pick(m, 3) : 1 + pick(m, 5);
    }
    return w;
}

static inline const struct weigher *weigh_compile(struct model *m, const struct model_weigh *from)
{
    struct arena *a = m->w->a;
    struct weigher *w = ARENA_NEW(a, struct weigher);
    struct weigh_row *rows = ARENA_ARRAY(a, WEIGH_LINES_MAX, struct weigh_row);
    struct weigh_term *terms = ARENA_ARRAY(a, WEIGH_LINES_MAX * WEIGH_PARTS_MAX * WEIGH_WORDS_MAX, struct weigh_term);
    int n = 0;
    for (int row = 0; row < from->n_lines; row++) {
        const struct model_line *line = &from->lines[row];
        rows[row] = (struct weigh_row){
            .category = line->category, .tag = str_from(line->tag ? line->tag : ""), .points = line->points, .short_only = line->short_only,
            .target = -1};
        for (int part = 0; part < line->n_parts; part++) {
            for (int i = 0; i < line->n_words[part]; i++) {
                int word = line->words[part][i];
                terms[n++] = (struct weigh_term){row, part, word, strlen(model_words[word])};
            }
        }
    }
    assert_true(weigh_build(a, &m->w->rs.categories, rows, from->n_lines, terms, n, w));
    w->at_least = from->at_least;
    w->lead = from->lead;
    w->repeats = from->repeats;
    w->short_text = from->short_text;
    return w;
}

#endif
