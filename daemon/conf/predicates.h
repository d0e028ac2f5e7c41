/*
 * predicates.h - conditions on one fact, as conditions.c strings them together
 */
#ifndef CONF_PREDICATES_H
#define CONF_PREDICATES_H

#include "conf/rules.h"

/* Conditions in prefix order, while they are read. */
struct cond_list {
    struct cond *items;
    size_t n, cap;
    int depth; /* of groups open */
};

/* One row of the table of conditions. */
struct cond_key {
    const char *key; /* NULL ends a table */
    bool (*read)(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l);
    enum cond_kind kind;
    const void *of;            /* for the reader: a word table, or what each string is called */
    const struct shape *shape; /* conf/shape.h; of a word table the words are `of` */
    const char *about;         /* one line for a person at an editor */
};

/* All conditions but the groups; the groups. */
extern const struct cond_key predicate_keys[], group_keys[];

/* A condition of that kind, in the line where `v` stands; NULL after reporting that memory is out. */
struct cond *cond_push(struct reading *r, const struct node *v, struct cond_list *l, enum cond_kind kind);

/* The number of a folded word in the list for the text scanner; the same word has one number. -1 after reporting that
 * memory is out. */
int word_number(struct reading *r, struct str word);

#endif
