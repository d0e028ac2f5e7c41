/*
 * reading.h - one reading of a configuration: its memory, its findings, what is known so far
 *
 * Lists are read in the order of their dependence: regions, categories, calendar, channels, organisations,
 * rules. A name that is not on its list is only reported when that list was read whole (`whole`): otherwise
 * one slip in a CSV file would bury itself under thousands of findings that follow from it.
 */
#ifndef CONF_READING_H
#define CONF_READING_H

#include "conf/text.h"
#include "core/ruleset.h"

struct abolished;
struct cell;
struct defines;
struct index;
struct node;

struct reading {
    const struct source *source;
    struct diag *diag;
    size_t errors_before;  /* in diag, from others */
    struct arena *arena;   /* what stays: the rule set's, or the peers' */
    struct arena *scratch; /* gone when the reading ends */
    struct ruleset *rs;    /* as far as it is read */
    struct {
        bool regions, categories, channels, roster, rules, peers;
    } whole;
    struct abolished *abolished;  /* regions that were */
    struct index *category_codes; /* code -> category index */
    struct index *tables_used;    /* CSV files of rules/; NULL: none yet */
    const struct table_row *row;  /* the row of a table that is being read; NULL: none */
    struct defines *defines;      /* names that rules may use; NULL before they are read */
    struct str *words; /* folded words of all `text` conditions; their numbers are their places here */
    size_t n_words, cap_words;
    struct index *word_numbers;
    struct index *rule_ids;         /* ids of all rules, wrong ones included */
    const struct node **rule_roots; /* of rules/NAME.yaml, in order */
    size_t n_rule_roots, cap_rule_roots;
    int suggestions; /* searches through long lists made so far */
};

/* A row of a table: a finding in one of its cells also tells the column. */
struct table_row {
    const struct text *text;
    const struct cell *headings, *cells;
    int n;
};

/* Adds an error. Returns false, so that a reader can end with it. `hint` may be NULL. */
bool reading_error(struct reading *r, struct place at, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same with a name for programs that the words of `fmt` do not give (base/diag.h). `kind` is kept, not
 * copied. */
bool reading_error_kind(struct reading *r, const char *kind, struct place at, const char *hint,
                        const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void reading_warn(struct reading *r, struct place at, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A hint with values in it, in the scratch arena. */
const char *reading_hint(struct reading *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "did you mean `x`?", or `otherwise` when nothing comes close. */
const char *reading_suggest(struct reading *r, struct str wrong, const char *const *words, size_t n,
                            const char *otherwise);
/* Reports that memory is out. Returns false. */
bool reading_full(struct reading *r);
/* Errors of this reading so far. */
size_t reading_errors(const struct reading *r);
/* A place that stands for a file or directory of the source as a whole. */
struct place reading_whole(struct reading *r, const char *name);

/*
 * Calls `each` for every file whose name begins with `prefix`, in name order, after checking that it is clean
 * UTF-8. Returns the number of such files, the unclean ones included.
 */
int reading_files(struct reading *r, const char *prefix,
                  void (*each)(struct reading *r, const struct text *t, void *state), void *state);

/* "file:line" of a place, for hints that name a second one; in the scratch arena. */
const char *reading_where(struct reading *r, struct place at);

#endif
