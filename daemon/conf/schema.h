/*
 * schema.h - tables that say which keys a map may have, and how each becomes a value
 *
 * schema_read() walks a map along its table: unknown keys, missing keys and wrong values are reported, all of
 * them, and what is right is stored at the field's offset in the record. Strings are copied into the
 * reading's lasting arena.
 */
#ifndef CONF_SCHEMA_H
#define CONF_SCHEMA_H

#include "conf/node.h"

struct field;
struct shape;
/* Makes `v` a value at `out`. False after reporting what is wrong with it. */
typedef bool field_reader(struct reading *r, const struct node *v, const struct field *f, void *out);

enum field_need { OPTIONAL, REQUIRED };

struct field {
    const char *key; /* NULL ends a table */
    field_reader *read;
    size_t at; /* offset in the record */
    enum field_need need;
    const void *of; /* for the reader: a word table, a table of fields */
    int64_t low, high;
    const struct shape *shape; /* conf/shape.h; NULL: as its reader's. A field of read_node needs one */
    const char *about;         /* one line for a person at an editor; may be NULL */
};

/* Lists as readers store them. */
struct ints {
    const int *items;
    int n;
};
struct strs {
    const struct str *items;
    int n;
};

/* `what` names the record in messages: "a rule". False when anything was reported. */
bool schema_read(struct reading *r, const struct node *map, const char *what, const struct field *fields,
                 void *record);

/* False after reporting that `v` is not of that kind; silent for a broken node. */
bool node_is(struct reading *r, const struct node *v, enum node_kind kind, const char *wanted);
/* Also reports a missing value. */
bool node_is_text(struct reading *r, const struct node *v, const char *wanted);

/* Reports a key that no table has. Returns false. */
bool unknown_key(struct reading *r, const struct node *v, const char *const *keys, size_t n);

/* The element of a list, or the value itself when it is no list: for "one or a list". */
const struct node *node_elements(const struct node *v);
int node_elements_count(const struct node *v);

/* `one`, which stores a struct str, for each of one or a list; into struct strs. */
bool read_each(struct reading *r, const struct node *v, const struct field *f, field_reader *one, void *out);

/* Every element of the list that stands under `key` of a file's root, in order; nothing when it is not there.
 */
void schema_each(struct reading *r, const struct node *root, const char *key,
                 void (*each)(struct reading *r, const struct node *v, void *state), void *state);
/* Reports keys of a file's root beside those of `fields`, whose values are looked at later. */
bool schema_root(struct reading *r, const struct node *root, const struct field *fields);

/* [a-z0-9]+(-[a-z0-9]+)*, at most 64 bytes: ids, tags, reasons. */
bool slug_valid(struct str s);
/* One element; false after reporting. */
bool slug_check(struct reading *r, const struct node *v, const char *what);

/* A number without sign, at most 15 digits. */
bool digits_parse(struct str s, int64_t *out);
/* The same with at most two decimals. */
bool decimal_parse(struct str s, int64_t *hundredths);

/* Readers. `out` is what the comment says. */
field_reader read_node;      /* const struct node *: looked at later */
field_reader read_text;      /* struct str: one line, not empty, at most 500 bytes */
field_reader read_text_any;  /* struct str: as above, may be "" */
field_reader read_slug;      /* struct str; `of`: what it is called in messages, "an id" when NULL */
field_reader read_bool;      /* bool: true or false */
field_reader read_true;      /* bool: true only */
field_reader read_int;       /* int, low..high */
field_reader read_yuan;      /* int64_t: minor units */
field_reader read_duration;  /* struct duration */
field_reader read_days;      /* int64_t: days; "30 days", "2 months" of 30, "1 year" of 365 */
field_reader read_day;       /* int32_t: day; "2026-05-01" */
field_reader read_moment;    /* int64_t: milliseconds; "2026-05-01 10:30" */
field_reader read_word;      /* int: of the table `of` */
field_reader read_words;     /* uint64_t: bits 1 << value; a word or a list */
field_reader read_flags;     /* unsigned: values or-ed; a list */
field_reader read_texts;     /* struct strs: a list */
field_reader read_slugs;     /* struct strs: one or a list */
field_reader read_slug_list; /* struct strs: a list */
field_reader read_fields;    /* the record at `at`, by the table `of` */

#endif
