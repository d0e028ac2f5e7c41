/*
 * labels.h - MAP.csv: which answer is right for which label that a person gave to a text
 *
 * Columns label,accept,grade,why. `accept` is a category (it or one below), `none`, `tag=NAME`, `outcome=WORD` or `skip`
 * (this label is not scored); `grade` is main or also. `label` is a label as it stands in the texts; `under:CODE`, every
 * label that names a category there, by the tree or by its number; `*`, all that no other row has; or `sha256:` and the first 16 digits of the SHA-256 of
 * one text, whatever its label. A label that names a category accepts, without a row, the topmost one above it.
 */
#ifndef CTL_LABELS_H
#define CTL_LABELS_H

#include "core/decide.h"

struct labels;

/* No rows yet. Lives in `a`, borrows `rules`. NULL when memory is out. */
struct labels *labels_new(struct arena *a, const struct ruleset *rules);
/* Adds a file's rows. False after telling on stderr what is wrong with it. */
bool labels_read(struct labels *l, struct arena *a, const char *path);

enum accept_kind { ACCEPT_CATEGORY, ACCEPT_NONE, ACCEPT_TAG, ACCEPT_OUTCOME, ACCEPT_SKIP };
struct accept {
    enum accept_kind kind;
    bool main;
    int category, outcome;
    struct str tag;
};

/* What is right for one label of a text; at most `max` into `out`, main ones first; their number, 0 when no row fits. */
int labels_find(const struct labels *l, struct str label, struct str text, struct accept *out, int max);
bool accept_holds(const struct ruleset *rules, const struct accept *a, const struct decision *d);
/* How an answer is called: code, tag or outcome, and its Chinese name where it has one. */
struct str accept_code(const struct ruleset *rules, const struct accept *a);
struct str accept_name(const struct ruleset *rules, const struct accept *a);
/* What `d` answers, in the terms that `like` asks for. */
struct accept accept_of(const struct ruleset *rules, const struct accept *like, const struct decision *d);

#endif
