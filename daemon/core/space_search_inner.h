/*
 * search_inner.h - what a search remembers; only for space_search.c and space_question.c
 */
#ifndef CORE_SEARCH_INNER_H
#define CORE_SEARCH_INNER_H

#include "core/space_search.h"

/* A dimension has to lie within `bits`. */
struct option {
    int dim;
    const uint64_t *bits;
};

/* One of these options. */
struct clause {
    int first, n;              /* of options */
    int tag;                   /* of the box it avoids; -1: nobody asks */
    int group;                 /* that it defines; -1 */
    int causes_from, n_causes; /* learned: from these clauses */
};

struct step {
    int dim, reason, level; /* reason -1: decided */
    int previous;           /* step of the same dimension */
    uint64_t *before;
};

struct level {
    int trail, scanned;
    int chunk, used;
};

#define SEARCH_LIST(type)                                                                                    \
    struct {                                                                                                 \
        type *items;                                                                                         \
        int n, cap;                                                                                          \
    }
struct search_ints {
    int *items;
    int n, cap;
};

struct search_dim {
    uint64_t *domain;
    int size, classes;
    int latest;           /* step */
    bool touched, loaded; /* this question: differs from the beginning; its group is defined */
    struct search_ints watch;
    uint64_t *learned; /* while a clause is being learned */
    int ended;         /* the step that ended it */
    int *boxes;        /* by class, how many boxes have it; [classes]: how many speak of this dimension */
};

struct search {
    struct space *s;
    struct search_dim *dims;
    int n_dims, cap_dims; /* with fresh ones */
    int question;
    bool failed, nowhere, proven; /* proven: there is no point, whatever is added */
    int before_of,
        before_classifier; /* what this one and later ones leave behind does not bind; -1: all do */
    SEARCH_LIST(struct clause) clauses;
    SEARCH_LIST(struct option) options;
    SEARCH_LIST(struct step) trail;
    SEARCH_LIST(struct level) levels;
    struct search_ints required, groups, touched, learned, causes;
    int *usual; /* class, by dimension */
    int counted, n_required, scanned, propagated, level, contradicted, here, causes_from;
    int *never_used; /* by box of space.never: the question that obeys it */
    size_t *files; /* by dimension, and a last one: its first list */
    int n_files;
    size_t *ends; /* of each list, in filed; it begins where the one before ends */
    int *filed;   /* boxes of space.never, list after list */
    struct search_ints broken;
    int *point;
    uint64_t **chunks; /* of the stack of domains */
    int n_chunks, cap_chunks, chunk, used;
    struct arena *kept; /* of this question */
};

/* One more element of a list, not cleared; NULL and x->failed when memory is out. */
void *search_grow(struct search *x, void **items, int *n, int *cap, size_t size);
#define SEARCH_PUSH(x, list)                                                                                 \
    ((__typeof__((list).items))search_grow((x), (void **)&(list).items, &(list).n, &(list).cap,              \
                                           sizeof *(list).items))

/* Room for a domain, until search_stack_back(). */
uint64_t *search_stack(struct search *x, int size);
void search_stack_mark(const struct search *x, struct level *l);
void search_stack_back(struct search *x, const struct level *l);
/* Zeroed room for as long as the question. */
uint64_t *search_keep(struct search *x, int size);
uint64_t *search_keep_class(struct search *x, int dim, int class);

/* Watches a clause: what is still possible first, and the conclusion drawn when it is only one. */
void search_install(struct search *x, int clause);
/* Files the boxes of space.never; once. False when memory is out. */
bool search_file_never(struct search *x);
void search_unfile_never(struct search *x);
/* x->broken: those that bind, are not obeyed yet, and have the point; in order. */
void search_broken(struct search *x);
/* Back to where `level` decisions stood. */
void search_undo(struct search *x, int level);

bool search_possible(const struct search *x, struct option o);
bool search_certain(const struct search *x, struct option o);
/* Which class gets out of how many boxes. */
void search_count(struct search *x);
/* A point of the domains, with the usual class wherever it is open. */
void search_complete(struct search *x);

#endif
