/*
 * category.c - linking the tree of categories, and finding one by any of its names
 */
#include "core/category.h"

#include <assert.h>
#include <stdlib.h>

struct coded {
    struct str code;
    int index;
};

static int by_code(const void *a, const void *b)
{
    const struct coded *x = a, *y = b;
    int c = str_cmp(x->code, y->code);
    return c ? c : (x->index > y->index) - (x->index < y->index);
}

static int find_code(const struct coded *sorted, int n, struct str code)
{
    int low = 0, high = n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int c = str_cmp(sorted[middle].code, code);
        if (c == 0)
            return sorted[middle].index;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* Sets the parents; -1 or the first item at fault. */
static int link_parents(struct category *items, int n, struct coded *sorted, const char **why)
{
    int first = n;
    for (int i = 0; i < n; i++)
        sorted[i] = (struct coded){items[i].code, i};
    if (n)
        qsort(sorted, (size_t)n, sizeof *sorted, by_code);
    for (int i = 1; i < n; i++) {
        if (str_eq(sorted[i].code, sorted[i - 1].code) && sorted[i].index < first) {
            first = sorted[i].index;
            *why = "the code is used twice";
        }
    }
    for (int i = 0; i < n; i++) {
        items[i].parent = items[i].parent_code.n ? find_code(sorted, n, items[i].parent_code) : -1;
        if (items[i].parent_code.n && items[i].parent < 0 && i < first) {
            first = i;
            *why = "the parent is unknown";
        }
    }
    return first < n ? first : -1;
}

/* Children of each in the order of the file, as linked lists; the roots hang from `first[n]`. */
static void link_children(const struct category *items, int n, int *first, int *next)
{
    for (int i = 0; i <= n; i++)
        first[i] = -1;
    for (int i = n - 1; i >= 0; i--) {
        int parent = items[i].parent < 0 ? n : items[i].parent;
        next[i] = first[parent];
        first[parent] = i;
    }
}

/* Numbers what hangs from the roots; returns how many that were. */
static int number(struct category *items, int n, const int *first, const int *next)
{
    int order = 0;
    for (int i = first[n]; i >= 0;) {
        items[i].order = order++;
        if (first[i] >= 0) {
            i = first[i];
            continue;
        }
        items[i].end = order;
        while (next[i] < 0 && items[i].parent >= 0) {
            i = items[i].parent;
            items[i].end = order;
        }
        i = next[i];
    }
    return order;
}

static int by_text(const void *a, const void *b)
{
    const struct category_name *x = a, *y = b;
    int c = str_cmp(x->text, y->text);
    return c ? c : (x->category > y->category) - (x->category < y->category);
}

static bool is_under(const struct category *items, int inner, int outer)
{
    return items[outer].order <= items[inner].order && items[inner].order < items[outer].end;
}

/* What a text stands for that names `count` categories: a code wins over names, and the topmost over those below it. */
static int meaning(const struct category *items, const struct category_name *same, int count)
{
    int topmost = same[0].category;
    for (int i = 0; i < count; i++) {
        if (same[i].category >= 0 && str_eq(items[same[i].category].code, same[i].text))
            return same[i].category;
    }
    for (int i = 1; i < count && topmost >= 0; i++) {
        int other = same[i].category;
        if (other < 0 || is_under(items, topmost, other))
            topmost = other;
        else if (!is_under(items, other, topmost))
            topmost = -1;
    }
    return topmost;
}

static int merge_names(const struct category *items, struct category_name *names, int n)
{
    int kept = 0;
    if (n)
        qsort(names, (size_t)n, sizeof *names, by_text);
    for (int i = 0, count; i < n; i += count) {
        count = 1;
        while (i + count < n && str_eq(names[i].text, names[i + count].text))
            count++;
        int category = meaning(items, names + i, count);
        names[kept++] = (struct category_name){names[i].text, category};
    }
    return kept;
}

int categories_build(struct arena *a, struct category *items, int n, struct category_name *names, int n_names,
                     struct categories *out, const char **why)
{
    assert(n >= 0 && n_names >= 0);
    struct coded *sorted = ARENA_ARRAY(a, (size_t)n, struct coded);
    int *first = ARENA_ARRAY(a, (size_t)n + 1, int), *next = ARENA_ARRAY(a, (size_t)n, int);
    *out = (struct categories){0};
    if (!sorted || !first || !next)
        return -1;
    int fault = link_parents(items, n, sorted, why);
    if (fault >= 0)
        return fault;
    link_children(items, n, first, next);
    for (int i = 0; i < n; i++)
        items[i].order = -1;
    if (number(items, n, first, next) < n) {
        *why = "its ancestors go round in a circle";
        for (fault = 0; items[fault].order >= 0;)
            fault++;
        return fault;
    }
    *out = (struct categories){items, n, names, merge_names(items, names, n_names)};
    return -1;
}

int category_find(const struct categories *c, struct str text)
{
    int low = 0, high = c->n_names;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = str_cmp(c->names[middle].text, text);
        if (order == 0)
            return c->names[middle].category;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

bool category_under(const struct categories *c, int inner, int outer)
{
    assert(inner >= 0 && inner < c->n && outer >= 0 && outer < c->n);
    int order = c->items[inner].order;
    return c->items[outer].order <= order && order < c->items[outer].end;
}
