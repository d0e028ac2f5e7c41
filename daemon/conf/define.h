/*
 * define.h - `define`: lists, conditions and ladders that are written once and used by name
 *
 * The sections of all files are gathered before any rule is read, so that a name is known everywhere, and each is
 * checked where it stands: what is wrong with it is reported once, however often it is used. Whoever uses a name
 * takes a copy, which keeps the lines of the definition.
 */
#ifndef CONF_DEFINE_H
#define CONF_DEFINE_H

#include "conf/rules.h"

enum define_kind { DEFINE_SET, DEFINE_CONDITIONS, DEFINE_LADDER, DEFINE_KINDS };
enum set_kind {
    SET_TEXT, SET_REGIONS, SET_CATEGORIES, SET_TAGS, SET_OFFENCES, SET_SOURCE_CATEGORIES, SET_AGENCIES,
    SET_ORGANISATIONS, SET_KINDS
};

enum define_state { DEFINE_FRESH, DEFINE_BEING_READ, DEFINE_GOOD, DEFINE_BAD };

struct definition {
    enum define_kind kind;
    const struct node *value; /* its key is the name */
    const struct str *file;   /* where it stands; lasting */
    enum define_state state;
    bool used;
    struct definition *around; /* BEING_READ: the one that uses it */
    enum set_kind set;
    const struct node *elements; /* SET: a list of scalars */
    struct conds when;           /* CONDITIONS */
    struct rungs rungs;          /* LADDER */
};

/* The section `define` of a file. */
extern const struct shape define_shape;

/* Gathers and checks the definitions of all files. */
void defines_read(struct reading *r);
/* Warns of each that nobody uses. Last of all. */
void defines_warn_unused(struct reading *r);

/* What `name` stands for; NULL when it is unknown or wrong, after that was reported. */
const struct definition *define_use(struct reading *r, const struct node *name, enum define_kind kind);

/*
 * One or a list, with every {set: NAME} in it put in: `v` itself when there is none. NULL after reporting. The elements
 * are unchecked where they are not from a set.
 */
const struct node *set_elements(struct reading *r, const struct node *v, enum set_kind kind);
/* Reads the set itself: `definition.value`. */
bool set_read(struct reading *r, struct definition *d);

/* As read_regions, read_categories, read_organisations, with sets. */
field_reader read_regions_or_set, read_categories_or_set, read_organisations_or_set;
extern const struct shape set_definition_shape, set_reference_shape;
extern const struct shape texts_or_set_shape, slugs_or_set_shape, slug_list_or_set_shape, regions_or_set_shape,
    categories_or_set_shape;

#endif
