/*
 * spans.c - merging sorted runs
 */
#include "core/spans.h"

#include <stdlib.h>

static const struct spans nothing = {NULL, 0};

struct spans spans_one(struct arena *a, int first, int end)
{
    struct span *items = first < end ? ARENA_NEW(a, struct span) : NULL;
    if (!items)
        return nothing;
    *items = (struct span){first, end};
    return (struct spans){items, 1};
}

static int by_first(const void *a, const void *b)
{
    int x = ((const struct span *)a)->first, y = ((const struct span *)b)->first;
    return (x > y) - (x < y);
}

/* Appends a run that begins no earlier than the last one; joins it with that one where they touch. */
static int append(struct span *out, int n, struct span s)
{
    if (s.first >= s.end)
        return n;
    if (n == 0 || out[n - 1].end < s.first) {
        out[n] = s;
        return n + 1;
    }
    if (out[n - 1].end < s.end)
        out[n - 1].end = s.end;
    return n;
}

struct spans spans_merged(struct arena *a, struct span *items, int n)
{
    struct span *out = n ? ARENA_ARRAY(a, (size_t)n, struct span) : NULL;
    int count = 0;
    if (!out)
        return nothing;
    qsort(items, (size_t)n, sizeof *items, by_first);
    for (int i = 0; i < n; i++)
        count = append(out, count, items[i]);
    return (struct spans){out, count};
}

struct spans spans_both(struct arena *a, struct spans x, struct spans y)
{
    struct span *out = ARENA_ARRAY(a, (size_t)x.n + (size_t)y.n, struct span);
    int count = 0;
    if (!out)
        return nothing;
    for (int i = 0, k = 0; i < x.n && k < y.n;) {
        int first = x.items[i].first > y.items[k].first ? x.items[i].first : y.items[k].first;
        int end = x.items[i].end < y.items[k].end ? x.items[i].end : y.items[k].end;
        count = append(out, count, (struct span){first, end});
        if (x.items[i].end == end)
            i++;
        else
            k++;
    }
    return (struct spans){out, count};
}

struct spans spans_either(struct arena *a, struct spans x, struct spans y)
{
    struct span *out = ARENA_ARRAY(a, (size_t)x.n + (size_t)y.n, struct span);
    int count = 0;
    if (!out)
        return nothing;
    for (int i = 0, k = 0; i < x.n || k < y.n;) {
        if (k == y.n || (i < x.n && x.items[i].first <= y.items[k].first))
            count = append(out, count, x.items[i++]);
        else
            count = append(out, count, y.items[k++]);
    }
    return (struct spans){out, count};
}

struct spans spans_other(struct arena *a, struct spans x, int size)
{
    struct span *out = ARENA_ARRAY(a, (size_t)x.n + 1, struct span);
    int count = 0, from = 0;
    if (!out)
        return nothing;
    for (int i = 0; i < x.n; i++) {
        count = append(out, count, (struct span){from, x.items[i].first});
        from = x.items[i].end;
    }
    count = append(out, count, (struct span){from, size});
    return (struct spans){out, count};
}
