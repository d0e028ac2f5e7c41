/*
 * tell.h - one decision as sheets: the rule, its conditions, candidates, near misses, and why not another one
 *
 * The same for a decision on record, told by the daemon, and for one made on trial, told by referralctl. Conditions and values
 * of the rules are shown, never what the referral says. Cells are copied: the rule set may go before the sheets do.
 *
 * Threads: one at a time on the same sheets.
 * Errors:  past the arena's budget a sheet is cut short; tell_why_not() leaves its reason in sheets->error.
 */
#ifndef TELL_TELL_H
#define TELL_TELL_H

#include "conf/source.h"
#include "core/decide.h"
#include "wire/control.h"
#include "wire/record.h"

struct telling {
    struct sheets *sheets;
    const struct ruleset *rules;     /* NULL: not at hand */
    const struct source *source;     /* its files; NULL with `rules` */
    const struct record *record;
    const struct referral *referral; /* NULL: cannot be read, or an operator chose */
    int n;                           /* which decision about the referral, from 1 */
    int64_t at_ms;
    struct str rederived;            /* how making it again came out */
};

/* "candidates_2" */
const char *tell_name(const struct telling *t, const char *what);
/* One line of a file of the rule set, without indentation and newline; empty when there is none. */
struct str tell_line(const struct source *source, struct str file, unsigned line);
extern const struct word tell_outcomes[], tell_units[]; /* enum outcome, enum duration_unit */
struct str tell_word(const struct word *table, int value); /* empty for 0 */

void tell_decision(const struct telling *t);
void tell_conditions(const struct telling *t);
void tell_words(const struct telling *t);
void tell_candidates(const struct telling *t);
void tell_near_misses(const struct telling *t);
void tell_rules_before(const struct telling *t);
/*
 * Why the organisation did not get it, and the fewest facts that would have to be others. `now`: the load of who was not looked
 * at, by the roster of `rules`; nothing is open anywhere when it has no function.
 */
bool tell_why_not(const struct telling *t, struct str organisation, struct load_view now);

#endif
