/*
 * equal_naive_weigh.h - words with points, weighed the long way, from docs/configuration.md and nothing of core's own
 *
 * Every word is tried at every byte; how often a part occurs is the most words that fit in without overlapping.
 */
#ifndef TESTS_UNIT_CORE_EQUAL_NAIVE_WEIGH_H
#define TESTS_UNIT_CORE_EQUAL_NAIVE_WEIGH_H

#include "core/equal_model.h"

#define NAIVE_TEXT 512

/* Up the tree by the codes of the parents. */
static inline bool naive_category_under(int inner, int outer)
{
    for (const char *at = model_categories[inner][0]; *at;) {
        if (strcmp(at, model_categories[outer][0]) == 0)
            return true;
        const char *parent = "";
        for (int i = 0; i < COUNT(model_categories); i++) {
            if (strcmp(model_categories[i][0], at) == 0)
                parent = model_categories[i][1];
        }
        at = parent;
    }
    return false;
}

static inline bool naive_at(const char *text, size_t at, int word)
{
    return strncmp(text + at, model_words[word], strlen(model_words[word])) == 0;
}

/* Whether the line has no say, as the text is longer than short. */
static inline bool naive_silent(const struct facts *f, const struct model_weigh *w, const struct model_line *line)
{
    int characters = 0;
    for (size_t i = 0; i < f->r.folded.n; i++)
        characters += (f->r.folded.p[i] & 0xC0) != 0x80;
    return line->short_only && characters > w->short_text;
}

/* Whether a longer word of a mask stands around these bytes. */
static inline bool naive_masked(const struct facts *f, const struct model_weigh *w, const char *text, size_t start,
                                size_t end)
{
    for (int i = 0; i < w->n_lines; i++) {
        const struct model_line *line = &w->lines[i];
        bool masks = line->category < 0 && !line->tag && !naive_silent(f, w, line);
        for (int part = 0; part < line->n_parts && masks; part++) {
            for (int k = 0; k < line->n_words[part]; k++) {
                size_t length = strlen(model_words[line->words[part][k]]);
                for (size_t at = 0; at <= start && length > end - start; at++) {
                    if (at + length >= end && naive_at(text, at, line->words[part][k]))
                        return true;
                }
            }
        }
    }
    return false;
}

/* How often the words of a part fit into the text beside one another. */
static inline int naive_count(const struct facts *f, const struct model_weigh *w, const struct model_line *line, int part,
                              const char *text)
{
    int best[NAIVE_TEXT + 1] = {0}; /* from here to the end */
    size_t n = strlen(text);
    assert_true(n <= NAIVE_TEXT);
    for (size_t at = n; at-- > 0;) {
        best[at] = best[at + 1];
        for (int k = 0; k < line->n_words[part]; k++) {
            int word = line->words[part][k];
            size_t end = at + strlen(model_words[word]);
            if (naive_at(text, at, word) && !naive_masked(f, w, text, at, end) && best[end] + 1 > best[at])
                best[at] = best[end] + 1;
        }
    }
    return best[0];
}

static inline int naive_line(const struct facts *f, const struct model_weigh *w, const struct model_line *line)
{
    int rarest = naive_silent(f, w, line) ? 0 : w->repeats;
    for (int part = 0; part < line->n_parts; part++) {
        int count = naive_count(f, w, line, part, f->summary) + naive_count(f, w, line, part, f->source);
        rarest = count < rarest ? count : rarest;
    }
    return rarest * line->points;
}

/* Whether the words have enough points for a tag: never for one that no line speaks of. */
static inline bool naive_weigh_tag(const struct facts *f, const struct model_weigh *w, const char *tag)
{
    int points = 0;
    for (int i = 0; i < w->n_lines; i++) {
        if (w->lines[i].tag && strcmp(w->lines[i].tag, tag) == 0)
            points += naive_line(f, w, &w->lines[i]);
    }
    return points >= w->at_least;
}

static inline int naive_points(const struct facts *f, const struct model_weigh *w, int category)
{
    int points = 0;
    for (int i = 0; i < w->n_lines; i++) {
        if (w->lines[i].category >= 0 && naive_category_under(w->lines[i].category, category))
            points += naive_line(f, w, &w->lines[i]);
    }
    return points;
}

/* The best right below the category of this code that has the points and the lead; -1: none. */
static inline int naive_best_below(const struct facts *f, const struct model_weigh *w, const char *code)
{
    int best = -1, most = 0, next = 0;
    for (int i = 0; i < COUNT(model_categories); i++) {
        int points = strcmp(model_categories[i][1], code) == 0 ? naive_points(f, w, i) : 0;
        if (points > most) {
            next = most;
            most = points;
            best = i;
        } else if (points > next) {
            next = points;
        }
    }
    return most >= w->at_least && most - next >= w->lead ? best : -1;
}

/* From the top down as far as it is sure; -1: not even there. */
static inline int naive_weigh_category(const struct facts *f, const struct model_weigh *w)
{
    int chosen = -1;
    for (int at = naive_best_below(f, w, ""); at >= 0; at = naive_best_below(f, w, model_categories[at][0]))
        chosen = at;
    return chosen;
}

#endif
