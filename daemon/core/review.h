/*
 * review.h - what a reviewer of a dossier may find wrong (案件评查问题), and by what samples are stratified
 */
#ifndef CORE_REVIEW_H
#define CORE_REVIEW_H

#include "core/word.h"

#define SCORE_MAX 100

/* A closed list, so that findings can be counted. */
extern const struct word finding_words[];
#define FINDINGS_SIZE 256 /* all of them, with commas between, and NUL */
/*
 * "late-contact,no-record": each one of the list, none twice. The codes in the order of the list into `out`. On failure *wrong is the
 * code that is none, or stands twice.
 */
bool findings_parse(struct str s, char out[FINDINGS_SIZE], struct str *wrong);

enum sample_by { SAMPLE_BY_CHANNEL = 1, SAMPLE_BY_CITY, SAMPLE_BY_CHANNEL_CITY, SAMPLE_BY_OUTCOME, SAMPLE_BY_ORGANISATION };
extern const struct word sample_by_words[];

#endif
