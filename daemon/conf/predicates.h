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
    int depth;   /* of groups open */
    int deepest; /* that depth ever was */
    bool full;   /* more than there can be; reported */
};

struct cond_key;
typedef bool cond_reader(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l);

/* One row of the table of conditions. */
struct cond_key {
    const char *key; /* NULL ends a table */
    cond_reader *read;
    enum cond_kind kind;
    const void *of;            /* for the reader: a word table, or what each string is called */
    const struct shape *shape; /* conf/shape.h; of a word table the words are `of` */
    const char *about;         /* one line for a person at an editor */
};

/* All conditions but the groups; the groups. */
extern const struct cond_key predicate_keys[], group_keys[];

/* A condition of that kind, in the line where `v` stands; NULL after reporting that memory is out. */
struct cond *cond_push(struct reading *r, const struct node *v, struct cond_list *l, enum cond_kind kind);
/* The same, or that it does not hold: inside a COND_NOT. */
struct cond *cond_push_whether(struct reading *r, const struct node *v, struct cond_list *l, enum cond_kind kind,
                               bool yes);

/* `missing: true` stands alone: nothing else can be said of what is not there. False after reporting. */
bool missing_alone(struct reading *r, const struct node *v);
/* False after reporting that a map says nothing. */
bool not_empty_map(struct reading *r, const struct node *v);

/* The ends of a range as operators write them; -1: not given. */
struct limits {
    int64_t at_least, at_most, over, under;
};
#define LIMITS_NONE {-1, -1, -1, -1}
/* Into low and high of `c`. False after reporting that nothing is in the range; `what` is in it, "sum". */
bool limits_apply(struct reading *r, const struct node *v, const struct limits *m, const char *what,
                  struct cond *c);

/* A COND_ARRIVED from the first to the last day; a node that is NULL leaves its end open. */
bool arrived_between(struct reading *r, const struct node *from, const struct node *until, int32_t first,
                     int32_t last, struct cond *c);

/* A condition over a list. */
bool push_list(struct reading *r, const struct node *v, struct cond_list *l, enum cond_kind kind,
               struct ints list);
bool push_strings(struct reading *r, const struct node *v, struct cond_list *l, enum cond_kind kind,
                  struct strs s);

/* predicate_party.c, predicate_text.c, predicate_time.c */
cond_reader text_cond, source_category_cond, party_cond, parties_cond, age_cond, arrived_cond, earlier_cond;
extern const struct shape party_cond_shape, parties_cond_shape, age_cond_shape, arrived_cond_shape,
    earlier_cond_shape;

field_reader read_folded; /* struct strs; a list of texts, folded */
/* A list that was meant to have more words: `[外卖，骑手]` is one. */
void warn_commas(struct reading *r, const struct node *v);
/* The number of a folded word in the list for the text scanner; the same word has one number. -1 after reporting that
 * memory is out. */
int word_number(struct reading *r, struct str word);

#endif
