/*
 * analyse_meets.c - which boxes meet one: bit vectors, as in packet classification (Lakshman and Stiliadis
 * 1998)
 */
#include "core/analyse_inner.h"

#include <stdlib.h>

struct meet_entry {
    int dim, set, box;
};

static int by_set(const void *a, const void *b)
{
    const struct meet_entry *x = a, *y = b;
    if (x->dim != y->dim)
        return x->dim < y->dim ? -1 : 1;
    if (x->set != y->set)
        return x->set < y->set ? -1 : 1;
    return (x->box > y->box) - (x->box < y->box);
}

bool meets_build(struct meets *m, struct arena *a, struct space *s, const struct box *boxes, int n)
{
    size_t most = 0;
    *m = (struct meets){.s = s, .a = a, .boxes = boxes, .n = n, .words = (n + 63) / 64 + 1};
    for (int i = 0; i < n; i++)
        most += (size_t)boxes[i].n;
    m->entries = ARENA_ARRAY(a, most + 1, struct meet_entry);
    m->first = ARENA_ARRAY(a, s->n_dims + 1, int);
    if (!m->entries || !m->first)
        return false;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < boxes[i].n; k++)
            m->entries[m->n_entries++] = (struct meet_entry){boxes[i].lits[k].dim, boxes[i].lits[k].set, i};
    }
    if (m->n_entries)
        qsort(m->entries, (size_t)m->n_entries, sizeof *m->entries, by_set);
    for (int dim = 0, at = 0; dim <= (int)s->n_dims; dim++) {
        while (at < m->n_entries && m->entries[at].dim < dim)
            at++;
        m->first[dim] = at;
    }
    return true;
}

static bool grow_rows(struct meets *m)
{
    if (m->n_rows >= m->s->n_sets)
        return true;
    size_t n = m->s->n_sets * 2;
    uint64_t **rows = ARENA_ARRAY(m->a, n, uint64_t *);
    if (!rows)
        return false;
    if (m->n_rows)
        memcpy(rows, m->rows, m->n_rows * sizeof *rows);
    m->rows = rows;
    m->n_rows = n;
    return true;
}

/* All boxes, but for those whose own set of the dimension does not meet this one. */
static const uint64_t *row(struct meets *m, struct lit l)
{
    if (!grow_rows(m))
        return NULL;
    if (m->rows[l.set])
        return m->rows[l.set];
    uint64_t *bits = ARENA_ARRAY(m->a, (size_t)m->words, uint64_t);
    if (!bits)
        return NULL;
    for (int i = 0; i < m->n; i++)
        bits[i / 64] |= (uint64_t)1 << (i % 64);
    bool meet = true;
    for (int i = m->first[l.dim]; i < m->first[l.dim + 1]; i++) {
        const struct meet_entry *e = &m->entries[i];
        if (i == m->first[l.dim] || e->set != e[-1].set)
            meet = sets_meet(m->s, e->set, l.set);
        if (!meet)
            bits[e->box / 64] &= ~((uint64_t)1 << (e->box % 64));
    }
    return m->rows[l.set] = bits;
}

bool meets_with(struct meets *m, const struct box *b, uint64_t *out)
{
    memset(out, 0, (size_t)m->words * sizeof *out);
    for (int i = 0; i < m->n && !b->empty; i++) {
        if (!m->boxes[i].empty)
            out[i / 64] |= (uint64_t)1 << (i % 64);
    }
    for (int k = 0; k < b->n; k++) {
        const uint64_t *bits = row(m, b->lits[k]);
        if (!bits)
            return false;
        for (int i = 0; i < m->words; i++)
            out[i] &= bits[i];
    }
    return true;
}

int meets_next(const struct meets *m, const uint64_t *bits, int from)
{
    for (int word = from / 64; word < m->words; word++) {
        uint64_t left = bits[word];
        if (word == from / 64)
            left &= ~(uint64_t)0 << (from % 64);
        if (left)
            return word * 64 + __builtin_ctzll(left);
    }
    return -1;
}
