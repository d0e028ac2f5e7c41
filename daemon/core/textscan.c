/*
 * textscan.c - the automaton, its states numbered breadth first
 *
 * Words are sorted, so that the children of a state are made one after another: a state keeps its first child
 * and their count, and each child its byte, side by side. The shallowest states, where a scan spends its
 * time, also have a full row of transitions over the classes of bytes that occur.
 */
#include "core/textscan.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#define DENSE_BYTES ((size_t)4 * 1024 * 1024)

struct node {
    int32_t first;  /* child; the others follow */
    int32_t fail;   /* the longest proper suffix that is a state */
    int32_t word;   /* one that ends here, or -1 */
    int32_t output; /* the nearest state along `fail` where a word ends; 0: none */
    uint16_t children;
};

struct textscan {
    int n_words, n_nodes;
    struct str *words;
    struct node *nodes;   /* 0 is the root */
    unsigned char *label; /* the byte that leads to each state */
    unsigned char *ends;  /* 1 where a word ends, here or along `output` */
    int32_t *same;        /* by word: another equal one, or -1 */
    int n_dense, n_classes;
    unsigned char class[256]; /* 0: occurs in no word */
    int32_t *rows;            /* n_dense rows of n_classes */
};

struct entry {
    struct str text;
    int word;
};

struct range { /* of sorted entries that share the state's bytes, which are `depth` many */
    int low, high;
    size_t depth;
};

static int by_text(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = str_cmp(x->text, y->text);
    return c ? c : (x->word > y->word) - (x->word < y->word);
}

static size_t shared_prefix(struct str a, struct str b)
{
    size_t n = 0;
    while (n < a.n && n < b.n && a.p[n] == b.p[n])
        n++;
    return n;
}

static size_t count_nodes(const struct entry *sorted, int n)
{
    size_t count = 1;
    for (int i = 0; i < n; i++)
        count += sorted[i].text.n - (i ? shared_prefix(sorted[i - 1].text, sorted[i].text) : 0);
    return count;
}

static void count_classes(struct textscan *t, const struct entry *sorted, int n)
{
    t->n_classes = 1;
    for (int i = 0; i < n; i++) {
        for (size_t k = 0; k < sorted[i].text.n; k++) {
            unsigned char *class = &t->class[(unsigned char)sorted[i].text.p[k]];
            if (*class == 0)
                *class = (unsigned char)t->n_classes++;
        }
    }
    assert(t->n_classes <= 256); /* folded words are UTF-8, where some bytes never occur */
}

/* The words that end at this state, then one child for each next byte. */
static void expand(struct textscan *t, const struct entry *sorted, struct range *ranges, int state)
{
    struct range r = ranges[state];
    struct node *node = &t->nodes[state];
    node->word = -1;
    for (; r.low < r.high && sorted[r.low].text.n == r.depth; r.low++) {
        t->same[sorted[r.low].word] = node->word;
        node->word = sorted[r.low].word;
    }
    node->first = t->n_nodes;
    while (r.low < r.high) {
        char byte = sorted[r.low].text.p[r.depth];
        int end = r.low + 1;
        while (end < r.high && sorted[end].text.p[r.depth] == byte)
            end++;
        t->label[t->n_nodes] = (unsigned char)byte;
        ranges[t->n_nodes++] = (struct range){r.low, end, r.depth + 1};
        node->children++;
        r.low = end;
    }
}

static int32_t child(const struct textscan *t, int32_t state, unsigned char byte)
{
    const struct node *node = &t->nodes[state];
    const unsigned char *labels = t->label + node->first;
    const unsigned char *found = node->children ? memchr(labels, byte, node->children) : NULL;
    return found ? node->first + (int32_t)(found - labels) : -1;
}

static int32_t step(const struct textscan *t, int32_t state, unsigned char byte)
{
    while (state >= t->n_dense) {
        int32_t next = child(t, state, byte);
        if (next >= 0)
            return next;
        state = t->nodes[state].fail;
    }
    return t->rows[(size_t)state * (size_t)t->n_classes + t->class[byte]];
}

/* Breadth first, so that every shallower state is already complete. The root's row comes first. */
static void link_fails(struct textscan *t)
{
    for (int32_t state = 0; state < t->n_nodes; state++) {
        struct node *node = &t->nodes[state];
        int32_t fail = node->fail;
        node->output = t->nodes[fail].word >= 0 ? fail : t->nodes[fail].output;
        t->ends[state] = node->word >= 0 || node->output;
        if (state < t->n_dense) {
            size_t width = (size_t)t->n_classes;
            int32_t *row = t->rows + (size_t)state * width;
            if (state)
                memcpy(row, t->rows + (size_t)fail * width, width * sizeof *row);
            for (int32_t c = node->first; c < node->first + node->children; c++)
                row[t->class[t->label[c]]] = c;
        }
        for (int32_t c = node->first; c < node->first + node->children; c++)
            t->nodes[c].fail = state ? step(t, fail, t->label[c]) : 0;
    }
}

static bool build(struct textscan *t, struct arena *a, struct arena *scratch, const struct str *words)
{
    struct entry *sorted = ARENA_ARRAY(scratch, (size_t)t->n_words, struct entry);
    if (!sorted)
        return false;
    for (int i = 0; i < t->n_words; i++) {
        assert(words[i].n > 0);
        sorted[i] = (struct entry){words[i], i};
    }
    if (t->n_words)
        qsort(sorted, (size_t)t->n_words, sizeof *sorted, by_text);
    count_classes(t, sorted, t->n_words);
    size_t n = count_nodes(sorted, t->n_words);
    size_t dense = DENSE_BYTES / ((size_t)t->n_classes * sizeof *t->rows);
    dense = dense < n ? dense : n;
    struct range *ranges = ARENA_ARRAY(scratch, n, struct range);
    t->nodes = ARENA_ARRAY(a, n, struct node);
    t->label = ARENA_ARRAY(a, n, unsigned char);
    t->ends = ARENA_ARRAY(a, n, unsigned char);
    t->same = ARENA_ARRAY(a, (size_t)t->n_words, int32_t);
    t->words = ARENA_ARRAY(a, (size_t)t->n_words, struct str);
    t->rows = ARENA_ARRAY(a, dense * (size_t)t->n_classes, int32_t);
    if (n > INT32_MAX || !ranges || !t->nodes || !t->label || !t->ends || !t->same || !t->words || !t->rows)
        return false;
    if (t->n_words)
        memcpy(t->words, words, (size_t)t->n_words * sizeof *words);
    ranges[0] = (struct range){0, t->n_words, 0};
    t->n_nodes = 1;
    for (int state = 0; state < t->n_nodes; state++)
        expand(t, sorted, ranges, state);
    assert((size_t)t->n_nodes == n);
    t->n_dense = (int)dense;
    link_fails(t);
    return true;
}

struct textscan *textscan_build(struct arena *a, const struct str *words, int n)
{
    assert(n >= 0);
    struct textscan *t = ARENA_NEW(a, struct textscan);
    struct arena *scratch = arena_new(0);
    bool good = false;
    if (t && scratch) {
        t->n_words = n;
        good = build(t, a, scratch, words);
    }
    arena_free(scratch);
    return good ? t : NULL;
}

static void mark(const struct textscan *t, int32_t state, unsigned char *hits)
{
    for (; state; state = t->nodes[state].output) {
        for (int32_t w = t->nodes[state].word; w >= 0; w = t->same[w])
            hits[w / 8] |= (unsigned char)(1u << (w % 8));
    }
}

void textscan_run(const struct textscan *t, struct str folded, unsigned char *hits)
{
    if (!t || t->n_words == 0)
        return;
    memset(hits, 0, textscan_hits_size(t));
    int32_t state = 0;
    for (size_t i = 0; i < folded.n; i++) {
        state = step(t, state, (unsigned char)folded.p[i]);
        if (t->ends[state])
            mark(t, state, hits);
    }
}

bool textscan_find(const struct textscan *t, struct str folded, unsigned char *hits, struct textscan_log *log)
{
    if (!t || t->n_words == 0)
        return true;
    memset(hits, 0, textscan_hits_size(t));
    int32_t state = 0;
    for (size_t i = 0; i < folded.n; i++) {
        state = step(t, state, (unsigned char)folded.p[i]);
        for (int32_t s = t->ends[state] ? state : 0; s; s = t->nodes[s].output) {
            for (int32_t w = t->nodes[s].word; w >= 0; w = t->same[w]) {
                struct textscan_found *f = ARENA_PUSH(log->arena, log->items, log->n, log->cap);
                if (!f)
                    return false;
                *f = (struct textscan_found){w, (uint32_t)i + 1};
                hits[w / 8] |= (unsigned char)(1u << (w % 8));
            }
        }
    }
    return true;
}

/* Eight bytes of hits; fewer at the end. */
static uint64_t hits_at(const unsigned char *hits, size_t at, size_t size)
{
    uint64_t bits = 0;
    for (size_t i = at; i < at + 8 && i < size; i++)
        bits |= (uint64_t)hits[i] << (i - at) * 8;
    return bits;
}

const int *textscan_words(const struct textscan *t, struct arena *a, const unsigned char *hits, int *n)
{
    size_t size = textscan_hits_size(t);
    int count = 0;
    for (size_t at = 0; at < size; at += 8)
        count += __builtin_popcountll(hits_at(hits, at, size));
    int *words = ARENA_ARRAY(a, (size_t)count, int);
    if (!words)
        return NULL;
    *n = 0;
    for (size_t at = 0; at < size && *n < count; at += 8) {
        for (uint64_t bits = hits_at(hits, at, size); bits; bits &= bits - 1)
            words[(*n)++] = (int)(at * 8) + __builtin_ctzll(bits);
    }
    return words;
}

size_t textscan_hits_size(const struct textscan *t)
{
    return t ? ((size_t)t->n_words + 7) / 8 : 0;
}

int textscan_count(const struct textscan *t)
{
    return t ? t->n_words : 0;
}

struct str textscan_word(const struct textscan *t, int i)
{
    assert(i >= 0 && i < t->n_words);
    return t->words[i];
}
