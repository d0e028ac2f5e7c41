/*
 * region.c - division codes as a tree in one sorted array
 */
#include "core/region.h"

#include <assert.h>
#include <stdlib.h>

static const size_t level_digits[] = {0, 2, 4, 6, 9, 12};

int region_code_level(struct str code)
{
    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] < '0' || code.p[i] > '9')
            return 0;
    }
    for (int level = LEVEL_PROVINCE; level <= LEVEL_VILLAGE; level++) {
        if (code.n == level_digits[level])
            return level;
    }
    return 0;
}

static bool zeros_from(struct str s, size_t at)
{
    for (size_t i = at; i < s.n; i++) {
        if (s.p[i] != '0')
            return false;
    }
    return true;
}

struct str region_code_normal(struct str code)
{
    int level = region_code_level(code);
    while (level > LEVEL_PROVINCE && zeros_from(code, level_digits[level - 1]))
        code.n = level_digits[--level];
    return code;
}

static int by_code(const void *a, const void *b)
{
    return str_cmp(((const struct region *)a)->code, ((const struct region *)b)->code);
}

static bool has_prefix(struct str s, struct str prefix)
{
    return s.n > prefix.n && memcmp(s.p, prefix.p, prefix.n) == 0;
}

int regions_build(struct region *items, int n, const char **why)
{
    int open[LEVEL_VILLAGE + 1]; /* the regions around the one at hand, by level */
    int depth = 0;
    if (n)
        qsort(items, (size_t)n, sizeof *items, by_code);
    for (int i = 0; i < n; i++) {
        struct region *r = &items[i];
        int level = region_code_level(r->code);
        if (level == 0) {
            *why = "not a division code of 2, 4, 6, 9 or 12 digits";
            return i;
        }
        if (i > 0 && str_eq(r->code, items[i - 1].code)) {
            *why = "the code occurs twice";
            return i;
        }
        while (depth > 0 && !has_prefix(r->code, items[open[depth]].code))
            items[open[depth--]].end = i;
        if (depth != level - 1) {
            *why = "the region above it is missing";
            return i;
        }
        r->level = (enum region_level)level;
        r->parent = depth ? open[depth] : -1;
        open[++depth] = i;
    }
    while (depth > 0)
        items[open[depth--]].end = n;
    return -1;
}

struct str region_unit(struct str place)
{
    static const char *const direct[] = {"320583", "321283", "321322"};
    size_t n = place.n < 4 ? place.n : 4;
    for (size_t i = 0; i < sizeof direct / sizeof *direct; i++)
        if (place.n >= 6 && memcmp(place.p, direct[i], 6) == 0)
            n = 6;
    return (struct str){place.p, n};
}

int region_find(const struct regions *r, struct str code)
{
    return STR_FIND_SORTED(r->items, r->n, code, region_code_normal(code));
}

static const struct region *at(const struct regions *r, int i)
{
    assert(i >= 0 && i < r->n);
    return &r->items[i];
}

bool region_within(const struct regions *r, int inner, int outer)
{
    assert(inner >= 0 && inner < r->n);
    return outer <= inner && inner < at(r, outer)->end;
}

int region_at_level(const struct regions *r, int i, enum region_level level)
{
    while (i >= 0 && at(r, i)->level > level)
        i = r->items[i].parent;
    return i >= 0 && r->items[i].level == level ? i : -1;
}

const struct region_pair *region_neighbours(const struct regions *r, int i, int *n)
{
    int low = 0, high = r->n_neighbours;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (r->neighbours[middle].region < i)
            low = middle + 1;
        else
            high = middle;
    }
    int end = low;
    while (end < r->n_neighbours && r->neighbours[end].region == i)
        end++;
    *n = end - low;
    return r->neighbours + low;
}

int region_city(const struct regions *r, int i)
{
    struct str code = at(r, i)->code;
    int city = 0;
    for (size_t k = 0; k < 4; k++)
        city = city * 10 + (k < code.n ? code.p[k] - '0' : 0);
    return city;
}
