/*
 * ruleindex_rows.c - sweeping over an axis: terms come in where a run of theirs begins and go out where it ends
 */
#include "core/ruleindex_rows.h"

#define ROW_FROM 16 /* terms that want a value, for it to have a row of its own */

struct rows_shape rows_shape_of(int terms)
{
    int words = (terms + 63) / 64, blocks = (words + 63) / 64;
    return (struct rows_shape){terms, words, blocks, words + blocks};
}

void rows_set(const struct rows_shape *s, uint64_t *row, int term)
{
    int word = term / 64;
    row[word / 64] |= UINT64_C(1) << word % 64;
    row[s->blocks + word] |= UINT64_C(1) << term % 64;
}

static void summarise(const struct rows_shape *s, uint64_t *row)
{
    memset(row, 0, (size_t)s->blocks * sizeof *row);
    for (int w = 0; w < s->words; w++)
        row[w / 64] |= (uint64_t)(row[s->blocks + w] != 0) << w % 64;
}

static int64_t count_bits(const struct rows_shape *s, const uint64_t *row)
{
    int64_t sum = 0;
    for (int w = 0; w < s->words; w++)
        sum += __builtin_popcountll(row[s->blocks + w]);
    return sum;
}

struct toggles { /* by position: which terms come in or go out there */
    int *start;  /* size + 2 offsets */
    int32_t *terms;
};

struct sweep {
    const struct rows_shape *shape;
    struct arena *scratch;
    uint64_t *now;   /* the row at the position at hand */
    uint64_t mark;   /* of the terms in it */
    uint64_t **kept; /* different rows so far */
    uint64_t *marks;
    size_t n, cap, n_marks, cap_marks;
    int32_t *table;  /* open addressing: row + 1; 0: free */
    size_t table_size;
};

/* A number for each term; rows are told apart by the exclusive or over theirs, then by their bits. */
static uint64_t mark_of(int term)
{
    uint64_t z = (uint64_t)term * 0x9e3779b97f4a7c15u + 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static bool find_toggles(struct arena *scratch, const struct term *terms, int n, enum axis axis, int size, struct toggles *out)
{
    int *start = ARENA_ARRAY(scratch, (size_t)size + 2, int);
    if (!start)
        return false;
    for (int t = 0; t < n; t++) {
        for (int i = 0; terms[t].axes >> axis & 1 && i < terms[t].spans[axis].n; i++) {
            start[terms[t].spans[axis].items[i].first + 1]++;
            start[terms[t].spans[axis].items[i].end + 1]++;
        }
    }
    for (int p = 0; p <= size; p++)
        start[p + 1] += start[p];
    int *next = ARENA_ARRAY(scratch, (size_t)size + 1, int);
    int32_t *list = ARENA_ARRAY(scratch, (size_t)start[size + 1], int32_t);
    if (!next || !list)
        return false;
    memcpy(next, start, ((size_t)size + 1) * sizeof *next);
    for (int t = 0; t < n; t++) {
        for (int i = 0; terms[t].axes >> axis & 1 && i < terms[t].spans[axis].n; i++) {
            list[next[terms[t].spans[axis].items[i].first]++] = t;
            list[next[terms[t].spans[axis].items[i].end]++] = t;
        }
    }
    *out = (struct toggles){start, list};
    return true;
}

static void toggle(struct sweep *s, int term)
{
    s->now[s->shape->blocks + term / 64] ^= UINT64_C(1) << term % 64;
    s->mark ^= mark_of(term);
}

static size_t slot_of(const struct sweep *s, const uint64_t *row, uint64_t mark)
{
    size_t bytes = (size_t)s->shape->words * sizeof *row, i = mark & (s->table_size - 1);
    for (; s->table[i]; i = (i + 1) & (s->table_size - 1)) {
        int32_t k = s->table[i] - 1;
        if (s->marks[k] == mark && memcmp(s->kept[k] + s->shape->blocks, row + s->shape->blocks, bytes) == 0)
            break;
    }
    return i;
}

static bool grow_table(struct sweep *s)
{
    size_t size = s->table_size ? s->table_size * 2 : 256;
    int32_t *table = ARENA_ARRAY(s->scratch, size, int32_t);
    if (!table)
        return false;
    for (size_t k = 0; k < s->n; k++) {
        size_t i = s->marks[k] & (size - 1);
        while (table[i])
            i = (i + 1) & (size - 1);
        table[i] = (int32_t)k + 1;
    }
    s->table = table;
    s->table_size = size;
    return true;
}

/* The number of the row at hand among the different ones; -1 past the budget. */
static int keep_row(struct sweep *s)
{
    if (s->n * 2 >= s->table_size && !grow_table(s))
        return -1;
    size_t slot = slot_of(s, s->now, s->mark);
    if (s->table[slot])
        return s->table[slot] - 1;
    uint64_t *copy = ARENA_ARRAY(s->scratch, (size_t)s->shape->pitch, uint64_t);
    uint64_t **kept = ARENA_PUSH(s->scratch, s->kept, s->n, s->cap);
    uint64_t *mark = ARENA_PUSH(s->scratch, s->marks, s->n_marks, s->cap_marks);
    if (!copy || !kept || !mark)
        return -1;
    memcpy(copy, s->now, (size_t)s->shape->pitch * sizeof *copy);
    summarise(s->shape, copy);
    *kept = copy;
    *mark = s->mark;
    s->table[slot] = (int32_t)s->n;
    return (int)s->n - 1;
}

/* Terms that ask nothing of the axis are in every row. */
static bool begin(struct sweep *s, const struct term *terms, enum axis axis)
{
    s->now = ARENA_ARRAY(s->scratch, (size_t)s->shape->pitch, uint64_t);
    for (int t = 0; s->now && t < s->shape->terms; t++) {
        if (!(terms[t].axes >> axis & 1))
            toggle(s, t);
    }
    return s->now != NULL;
}

static bool run(struct sweep *s, const struct toggles *toggles, int size, uint32_t *of)
{
    int row = -1;
    for (int p = 0; p < size; p++) {
        for (int i = toggles->start[p]; i < toggles->start[p + 1]; i++)
            toggle(s, toggles->terms[i]);
        if (p == 0 || toggles->start[p] < toggles->start[p + 1])
            row = keep_row(s);
        if (row < 0)
            return false;
        of[p] = (uint32_t)row;
    }
    return true;
}

/* The rows side by side; `of` tells offsets from now on. */
static bool lay_out(struct sweep *s, struct arena *a, uint32_t *of, int size, struct axis_rows *out)
{
    size_t pitch = (size_t)s->shape->pitch;
    uint64_t *bits = ARENA_ARRAY(a, s->n * pitch, uint64_t);
    int64_t *counts = ARENA_ARRAY(s->scratch, s->n, int64_t), sum = 0;
    if (!bits || !counts || s->n * pitch > UINT32_MAX)
        return false;
    for (size_t k = 0; k < s->n; k++) {
        memcpy(bits + k * pitch, s->kept[k], pitch * sizeof *bits);
        counts[k] = count_bits(s->shape, s->kept[k]);
    }
    for (int p = 0; p < size; p++) {
        sum += counts[of[p]];
        of[p] = (uint32_t)(of[p] * pitch);
    }
    out->bits = bits;
    out->of = of;
    out->n = (int)s->n;
    out->density = (double)sum / size / (s->shape->terms ? s->shape->terms : 1);
    return true;
}

static bool asked(const struct term *terms, int n, enum axis axis)
{
    for (int t = 0; t < n; t++) {
        if (terms[t].axes >> axis & 1)
            return true;
    }
    return false;
}

bool rows_of_axis(const struct axes *x, struct arena *a, enum axis axis, const struct term *terms,
                  const struct rows_shape *shape, struct axis_rows *out)
{
    int size = x->size[axis];
    *out = (struct axis_rows){.axis = axis};
    if (!asked(terms, shape->terms, axis))
        return true;
    struct sweep s = {.shape = shape, .scratch = arena_new(0)};
    uint32_t *of = ARENA_ARRAY(a, (size_t)size, uint32_t);
    struct toggles toggles;
    bool good = s.scratch && of && begin(&s, terms, axis) &&
                find_toggles(s.scratch, terms, shape->terms, axis, size, &toggles) && run(&s, &toggles, size, of) &&
                lay_out(&s, a, of, size, out);
    arena_free(s.scratch);
    return good;
}

/* Counts for each value how many terms want it, then where its list begins. */
static int list_starts(const struct term *terms, int n, enum crowd crowd, struct crowd_value *values, int n_values)
{
    int sum = 0;
    for (int t = 0; t < n; t++) {
        for (int i = 0; terms[t].crowds >> crowd & 1 && i < terms[t].wanted[crowd].n; i++)
            values[terms[t].wanted[crowd].values[i]].n++;
    }
    for (int v = 0; v < n_values; v++)
        sum += values[v].n;
    return sum;
}

/* Each term once in the list of each value that it wants; repeats in its own list are passed over. */
static void fill_lists(const struct term *terms, int n, enum crowd crowd, struct crowd_value *values, int n_values,
                       int32_t *lists)
{
    for (int v = 0; v < n_values; v++) {
        values[v].terms = lists;
        lists += values[v].n;
        values[v].n = 0;
    }
    for (int t = 0; t < n; t++) {
        for (int i = 0; terms[t].crowds >> crowd & 1 && i < terms[t].wanted[crowd].n; i++) {
            struct crowd_value *v = &values[terms[t].wanted[crowd].values[i]];
            int32_t *list = (int32_t *)v->terms;
            if (v->n == 0 || list[v->n - 1] != t)
                list[v->n++] = t;
        }
    }
}

static bool give_rows(struct arena *a, const struct rows_shape *shape, struct crowd_value *values, int n_values,
                      struct crowd_rows *out)
{
    for (int v = 0; v < n_values; v++) {
        if (values[v].n < ROW_FROM)
            continue;
        uint64_t *row = ARENA_ARRAY(a, (size_t)shape->pitch, uint64_t);
        if (!row)
            return false;
        for (int i = 0; i < values[v].n; i++)
            rows_set(shape, row, values[v].terms[i]);
        values[v].row = row;
        out->n++;
    }
    return true;
}

bool rows_of_crowd(const struct axes *x, struct arena *a, enum crowd crowd, const struct term *terms,
                   const struct rows_shape *shape, struct crowd_rows *out)
{
    int size = x->crowd_size[crowd];
    uint64_t *own = ARENA_ARRAY(a, (size_t)shape->pitch, uint64_t);
    struct crowd_value *values = ARENA_ARRAY(a, (size_t)size, struct crowd_value);
    bool wanted = false;
    *out = (struct crowd_rows){.crowd = crowd};
    if (!own || !values)
        return false;
    for (int t = 0; t < shape->terms; t++) {
        wanted = wanted || terms[t].crowds >> crowd & 1;
        if (!(terms[t].crowds >> crowd & 1))
            rows_set(shape, own, t);
    }
    if (!wanted)
        return true;
    int32_t *lists = ARENA_ARRAY(a, (size_t)list_starts(terms, shape->terms, crowd, values, size), int32_t);
    if (!lists)
        return false;
    fill_lists(terms, shape->terms, crowd, values, size, lists);
    *out = (struct crowd_rows){crowd, 1, own, values};
    return give_rows(a, shape, values, size, out);
}
