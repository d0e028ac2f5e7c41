/*
 * textscan.c - the automaton over characters, its states numbered breadth first
 *
 * Transitions lie in one hash table under state and character: a state has few, and there is no row to be read for each
 * byte. Most places of a text begin no word; a small table of the first two characters of all words tells that without
 * a look at the automaton.
 */
#include "core/textscan.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#define PAIR_BITS 17 /* of the table of beginnings: 16 KiB, which stay near the processor */

struct node {
    int32_t fail;   /* the longest proper suffix that is a state */
    int32_t word;   /* one that ends here, or -1 */
    int32_t output; /* the nearest state along `fail` where a word ends; 0: none */
};

struct edge {
    uint32_t character;
    int32_t from, to; /* to 0: free */
};

struct textscan {
    int n_words, n_nodes;
    struct str *words;
    struct node *nodes;  /* 0 is the root */
    unsigned char *ends; /* 1 where a word ends, here or along `output` */
    int32_t *same;       /* by word: another equal one, or -1 */
    struct edge *edges;  /* open addressing, at most half full */
    uint32_t mask;
    int32_t n_first;     /* states 1 to n_first are one character deep */
    bool singles;        /* some words are one character */
    uint64_t *pairs;     /* a bit for the first two characters of each longer word */
};

struct entry {
    struct str text;
    int word;
};

struct range { /* of sorted entries that share the state's bytes, which are `depth` many */
    int low, high;
    size_t depth;
};

/* The character at s[at] as its bytes, first one lowest, and *n of them; a stray byte is one by itself. */
static uint32_t character(struct str s, size_t at, size_t *n)
{
    uint32_t v = 0;
    if (s.n - at >= 4)
        memcpy(&v, s.p + at, 4);
    else
        memcpy(&v, s.p + at, s.n - at);
    if ((v & 0xC0C0F0) == 0x8080E0) {
        *n = 3;
        return v & 0xFFFFFF;
    }
    if ((v & 0xC0E0) == 0x80C0) {
        *n = 2;
        return v & 0xFFFF;
    }
    if ((v & 0xC0C0C0F8) == 0x808080F0) {
        *n = 4;
        return v;
    }
    *n = 1;
    return v & 0xFF;
}

static int by_text(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = str_cmp(x->text, y->text);
    return c ? c : (x->word > y->word) - (x->word < y->word);
}

static size_t count_characters(const struct str *words, int n)
{
    size_t count = 0, step;
    for (int i = 0; i < n; i++)
        for (size_t at = 0; at < words[i].n; at += step, count++)
            character(words[i], at, &step);
    return count;
}

static uint32_t edge_slot(const struct textscan *t, int32_t from, uint32_t character)
{
    uint64_t h = ((uint64_t)(uint32_t)from << 32 | character) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(h >> 32) & t->mask;
}

/* Where `character` leads from a state; 0: nowhere. */
static int32_t child(const struct textscan *t, int32_t from, uint32_t character)
{
    for (uint32_t i = edge_slot(t, from, character);; i = (i + 1) & t->mask) {
        const struct edge *e = &t->edges[i];
        if (!e->to || (e->from == from && e->character == character))
            return e->to;
    }
}

static void add_edge(struct textscan *t, int32_t from, uint32_t character, int32_t to)
{
    uint32_t i = edge_slot(t, from, character);
    while (t->edges[i].to)
        i = (i + 1) & t->mask;
    t->edges[i] = (struct edge){character, from, to};
}

static uint32_t pair_bit(uint32_t first, uint32_t second)
{
    return (first * 0x9e3779b1u + second * 0x85ebca6bu) * 0xc2b2ae35u >> (32 - PAIR_BITS);
}

static void note_beginning(struct textscan *t, struct str word)
{
    size_t n, m;
    uint32_t first = character(word, 0, &n);
    if (n == word.n) {
        t->singles = true;
        return;
    }
    uint32_t bit = pair_bit(first, character(word, n, &m));
    t->pairs[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* What the suffixes of a state lead to. */
static int32_t step(const struct textscan *t, int32_t state, uint32_t character)
{
    int32_t next;
    while (!(next = child(t, state, character)) && state)
        state = t->nodes[state].fail;
    return next;
}

/* The words that end at this state, then one child for each next character. */
static void expand(struct textscan *t, const struct entry *sorted, struct range *ranges, int32_t state)
{
    struct range r = ranges[state];
    struct node *node = &t->nodes[state];
    node->word = -1;
    for (; r.low < r.high && sorted[r.low].text.n == r.depth; r.low++) {
        t->same[sorted[r.low].word] = node->word;
        node->word = sorted[r.low].word;
    }
    node->output = t->nodes[node->fail].word >= 0 ? node->fail : t->nodes[node->fail].output;
    t->ends[state] = node->word >= 0 || node->output;
    while (r.low < r.high) {
        size_t n, m;
        uint32_t c = character(sorted[r.low].text, r.depth, &n);
        int end = r.low + 1;
        while (end < r.high && character(sorted[end].text, r.depth, &m) == c)
            end++;
        int32_t to = t->n_nodes++;
        t->nodes[to].fail = state ? step(t, node->fail, c) : 0;
        add_edge(t, state, c, to);
        ranges[to] = (struct range){r.low, end, r.depth + n};
        r.low = end;
    }
}

static bool make_room(struct textscan *t, struct arena *a, size_t states)
{
    size_t slots = 4;
    while (slots < states * 2)
        slots *= 2;
    t->mask = (uint32_t)slots - 1;
    t->words = ARENA_ARRAY(a, (size_t)t->n_words, struct str);
    t->nodes = ARENA_ARRAY(a, states, struct node);
    t->ends = ARENA_ARRAY(a, states, unsigned char);
    t->same = ARENA_ARRAY(a, (size_t)t->n_words, int32_t);
    t->edges = ARENA_ARRAY(a, slots, struct edge);
    t->pairs = ARENA_ARRAY(a, ((size_t)1 << PAIR_BITS) / 64, uint64_t);
    return states <= INT32_MAX / 4 && t->words && t->nodes && t->ends && t->same && t->edges && t->pairs;
}

static bool build(struct textscan *t, struct arena *a, struct arena *scratch, const struct str *words)
{
    size_t states = count_characters(words, t->n_words) + 1; /* no more than characters, and the root */
    struct entry *sorted = ARENA_ARRAY(scratch, (size_t)t->n_words, struct entry);
    struct range *ranges = ARENA_ARRAY(scratch, states, struct range);
    if (!sorted || !ranges || !make_room(t, a, states))
        return false;
    for (int i = 0; i < t->n_words; i++) {
        assert(words[i].n > 0);
        sorted[i] = (struct entry){words[i], i};
        note_beginning(t, words[i]);
    }
    if (t->n_words) {
        qsort(sorted, (size_t)t->n_words, sizeof *sorted, by_text);
        memcpy(t->words, words, (size_t)t->n_words * sizeof *words);
    }
    ranges[0] = (struct range){0, t->n_words, 0};
    t->n_nodes = 1;
    for (int32_t state = 0; state < t->n_nodes; state++) {
        expand(t, sorted, ranges, state);
        if (state == 0)
            t->n_first = t->n_nodes - 1;
    }
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

/* A pass over a text, from one place where words end to the next. */
struct pass {
    const struct textscan *t;
    struct str text;
    size_t at, step; /* of the next character */
    uint32_t next;
    int32_t state;
};

static struct pass begin(const struct textscan *t, struct str text)
{
    struct pass p = {.t = t, .text = text};
    if (text.n)
        p.next = character(text, 0, &p.step);
    return p;
}

/* Whether a word of two or more characters may begin with these. */
static bool begins(const struct textscan *t, uint32_t first, uint32_t second)
{
    uint32_t bit = pair_bit(first, second);
    return t->pairs[bit / 64] >> bit % 64 & 1;
}

/* Goes on to where words end, behind p->at; false at the end of the text. */
static bool go_on(struct pass *p)
{
    const struct textscan *t = p->t;
    while (p->at < p->text.n) {
        uint32_t c = p->next;
        p->at += p->step;
        p->next = p->at < p->text.n ? character(p->text, p->at, &p->step) : 0;
        bool may_begin = begins(t, c, p->next);
        if (!p->state && !may_begin && !t->singles)
            continue;
        p->state = step(t, p->state, c);
        bool found = t->ends[p->state];
        if (found)
            return true;
        if (!may_begin && p->state <= t->n_first)
            p->state = 0; /* of one character alone nothing can come */
    }
    return false;
}

void textscan_run(const struct textscan *t, struct str folded, unsigned char *hits)
{
    if (!t || t->n_words == 0)
        return;
    memset(hits, 0, textscan_hits_size(t));
    for (struct pass p = begin(t, folded); go_on(&p);) {
        for (int32_t s = p.state; s; s = t->nodes[s].output) {
            for (int32_t w = t->nodes[s].word; w >= 0; w = t->same[w])
                hits[w / 8] |= (unsigned char)(1u << (w % 8));
        }
    }
}

bool textscan_find(const struct textscan *t, struct str folded, unsigned char *hits, struct textscan_log *log)
{
    log->characters = count_characters(&folded, 1);
    if (!t || t->n_words == 0)
        return true;
    memset(hits, 0, textscan_hits_size(t));
    for (struct pass p = begin(t, folded); go_on(&p);) {
        for (int32_t s = p.state; s; s = t->nodes[s].output) {
            for (int32_t w = t->nodes[s].word; w >= 0; w = t->same[w]) {
                struct textscan_found *f = ARENA_PUSH(log->arena, log->items, log->n, log->cap);
                if (!f)
                    return false;
                *f = (struct textscan_found){w, (uint32_t)p.at};
                hits[w / 8] |= (unsigned char)(1u << (w % 8));
            }
        }
    }
    return true;
}

/* Eight bytes of hits, the first one lowest; fewer at the end. */
static uint64_t hits_at(const unsigned char *hits, size_t at, size_t size)
{
    uint64_t bits = 0;
    memcpy(&bits, hits + at, size - at < sizeof bits ? size - at : sizeof bits);
    return bits;
}

const int *textscan_words(const struct textscan *t, struct arena *a, const unsigned char *hits, int *n)
{
    static const int none[1];
    size_t size = textscan_hits_size(t), count = 0, cap = 0;
    int *words = NULL;
    for (size_t at = 0; at < size; at += 8) {
        for (uint64_t bits = hits_at(hits, at, size); bits; bits &= bits - 1) {
            int *word = ARENA_PUSH(a, words, count, cap);
            if (!word)
                return NULL;
            *word = (int)(at * 8) + __builtin_ctzll(bits);
        }
    }
    *n = (int)count;
    return words ? words : none;
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
