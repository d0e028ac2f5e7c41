/*
 * textscan.h - all words of all rules found in one pass over a text (Aho and Corasick, CACM 18(6), 1975)
 *
 * Built once over folded UTF-8 bytes, immutable, lives in an arena.
 */
#ifndef CORE_TEXTSCAN_H
#define CORE_TEXTSCAN_H

#include "base/arena.h"

struct textscan;

/* Over `n` folded, non-empty words, whose bytes have to stay; duplicates allowed. NULL past the arena's budget. */
struct textscan *textscan_build(struct arena *a, const struct str *words, int n);
/* Sets bit i of `hits` (textscan_hits_size bytes, zeroed by the callee) for every word that occurs. `t` may be NULL. */
void textscan_run(const struct textscan *t, struct str folded, unsigned char *hits);
size_t textscan_hits_size(const struct textscan *t);
/* The numbers of the words in `hits`, ascending, *n of them. NULL past the budget of `a`. */
const int *textscan_words(const struct textscan *t, struct arena *a, const unsigned char *hits, int *n);
int textscan_count(const struct textscan *t);
struct str textscan_word(const struct textscan *t, int i);

/* Where words occur: in order of their ends, the longer before the shorter. */
struct textscan_log {
    struct arena *arena;
    struct textscan_found {
        int word;
        uint32_t end; /* the byte behind it */
    } *items;
    size_t n, cap;
    size_t characters; /* of the text */
};
/* As textscan_run, and notes every occurrence in `log`, which is empty. False past the budget of its arena. */
bool textscan_find(const struct textscan *t, struct str folded, unsigned char *hits, struct textscan_log *log);

#endif
