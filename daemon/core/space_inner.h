/*
 * space_inner.h - the steps in which a space is built; only for space*.c
 */
#ifndef CORE_SPACE_INNER_H
#define CORE_SPACE_INNER_H

#include "core/space.h"

struct numbers {
    int64_t *items;
    size_t n, cap;
};

struct string_list {
    struct str *items;
    size_t n, cap;
};

struct claim_cut {
    struct str currency;
    int64_t from;
};

/* What the conditions of one rule set say about the nodes of one tree: by node of the space's lists. */
struct tree_marks {
    bool *under, *is;
    bool levels, kinds; /* somebody asks for them */
};

/* All that the conditions name. */
struct mentions {
    struct arena *scratch;
    struct tree_marks category[SPACE_RULESETS_MAX], region[SPACE_RULESETS_MAX];
    struct string_list offences, sources, agencies, tags, words, currencies;
    struct numbers parties, age, arrived, earlier, earlier_count;
    struct claim_cut *claims;
    size_t n_claims, cap_claims;
    const struct cond **predicates; /* COND_PARTY */
    size_t n_predicates, cap_predicates;
    bool same_village;
};

/* Node of the space's lists for a node of rule set `of`; -1: not there. */
int space_category(const struct space *s, int of, int category);
int space_region(const struct space *s, int of, int region);
/* And back. */
int space_own_category(const struct space *s, int of, int category);
int space_own_region(const struct space *s, int of, int region);

bool space_mentions(struct space *s, struct mentions *m); /* space_mentions.c */
bool space_classes(struct space *s, struct mentions *m);  /* space_classes.c: trees */
bool space_scales(struct space *s, struct mentions *m);   /* space_scales.c: numbers, texts, parties */
bool space_dims(struct space *s);                         /* space_set.c */
int space_dim(struct space *s, enum dim_kind kind, int n, int what); /* one more; -1: memory */
bool space_never(struct space *s, struct arena *scratch);            /* space_never.c */

/* A condition that speaks of one dimension only, as its set; space_cond.c. */
bool space_cond_lit(struct space *s, int of, const struct cond *c, struct lit *out);
/* The dimension of "one of `l`": sorted, at least two, no two of one dimension. -1: memory. */
int group_of(struct space *s, const struct lit *l, int n, bool all, const struct cond *c);
/* A box of its own over copies, sorted. .lits NULL: memory. */
struct box box_of_lits(struct space *s, const struct lit *l, int n);
int by_lit(const void *a, const void *b); /* for qsort */
/* Their dimensions; -1 when no rule names them. */
int space_tag(const struct space *s, struct str tag);
int space_word(const struct space *s, struct str word);

/* Number of a party type, from 0. */
int party_type(enum party_kind kind, enum party_role role, bool foreign, bool minor);
bool party_type_meets(int type, const struct cond *c);

/* The class of a number; -1 outside of the range. */
int range_class(const struct ranges *r, int64_t v);
/* Last number of a class. */
int64_t range_last(const struct ranges *r, int class);

/* A moment of arrival in a class of days that is in working time, or is not; -1: there is none. */
int64_t space_moment(const struct space *s, int arrived, bool working);

#endif
