/*
 * report.h - the figures of supervision (监测和通报): what each means, and its value from what was counted
 *
 * One table of figures. Heads of CSV, keys of JSON, the page, the manuals and the comparison with the journal come from it.
 * Counted are measures: whole numbers that add up over referrals. A figure is a measure, or one divided by another.
 *
 * A referral counts in the period in which it was received, with all that has become of it since, as it stands when the report
 * is made.
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "core/word.h"

#include <stdint.h>

enum report_measure {
    REPORT_NOTHING = -1,
    /* of a referral */
    REPORT_RECEIVED, REPORT_PLACED, REPORT_FIRST_ANSWERED, REPORT_FIRST_RIGHT, REPORT_QUEUED, REPORT_REFUSED, REPORT_RETURNED,
    REPORT_WITHDRAWN, REPORT_TRANSFERRED, REPORT_TRANSFERS, REPORT_TAKEN, REPORT_OPEN, REPORT_CONCLUDED, REPORT_IN_TIME,
    REPORT_OVERDUE, REPORT_MEDIATION_MS,
    REPORT_CONCLUSION, /* eight, in the order of enum conclusion */
    REPORT_SUCCESS = REPORT_CONCLUSION + 8,
    REPORT_AGREEMENT, /* four, in the order of enum agreement_kind */
    REPORT_PERFORMED = REPORT_AGREEMENT + 4, REPORT_BREACHED, REPORT_CONFIRMATION_APPLIED, REPORT_CONFIRMATION_GRANTED,
    REPORT_CONFIRMATION_REFUSED, REPORT_JOINT,
    /* of an offer to an organisation */
    REPORT_OFFERS, REPORT_ACCEPTED, REPORT_DECLINED, REPORT_LAPSED, REPORT_ANSWERS, REPORT_ANSWERS_DUE, REPORT_ANSWER_MS,
    REPORT_PARTNERED, /* of the partner that an accepted offer names */
    REPORT_MEASURES
};
#define REPORT_OF_OFFERS REPORT_OFFERS /* the first of those */

enum report_unit { REPORT_COUNT, REPORT_PERCENT, REPORT_HOURS, REPORT_DAYS };
enum report_source {
    REPORT_TABLES = 1, /* docket, assignment and the journal's columns; the bodies of the journal tell it a second time */
    REPORT_JOURNAL,    /* the bodies alone tell it */
    REPORT_UNRECORDED, /* nothing tells it yet */
};

struct report_figure {
    const char *key, *en, *zh;
    enum report_unit unit;
    enum report_measure part, of; /* of: REPORT_NOTHING for a count */
    enum report_source source;
    bool brief;                   /* shown on a terminal */
    const char *means, *means_zh; /* one sentence */
};
/* Ends with a NULL key. Every measure is the part of some figure. */
extern const struct report_figure report_figures[];
extern const struct word report_unit_words[], report_source_words[];

/* The figure that names a measure: the first whose part it is. */
const struct report_figure *report_figure_of(enum report_measure m);
/* NULL when there is none. */
const struct report_figure *report_figure_find(struct str key);

/* What counts as success, channel by channel. */
struct report_success {
    enum channel channel;
    unsigned conclusions; /* bit 1 << conclusion */
    const char *means, *means_zh;
};
extern const struct report_success report_success[CHANNEL_COUNT]; /* by channel */

/*
 * A figure's value: counts whole; percent, hours and days in hundredths, rounded half up. False where there is none: not
 * recorded, or nothing to divide by.
 */
bool report_value(const struct report_figure *f, const int64_t sums[REPORT_MEASURES], int64_t *out);

#endif
