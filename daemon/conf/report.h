/*
 * report.h - a configuration directory checked for a person, or for a program
 *
 * What `referrald --check DIR` and `referralctl check DIR` do: everything is read, resolved and tested,
 * nothing is published; every finding is told, then one line that sums up.
 */
#ifndef CONF_REPORT_H
#define CONF_REPORT_H

#include <stdbool.h>
#include <stdio.h>

/* 0 when there is no error (warnings allowed), else 1. */
int conf_check(const char *dir, FILE *out, bool colour);

/*
 * The same as one JSON object: {"ok", "errors", "warnings", "counts": {...}, "findings": [{"level", "kind",
 * "file", "line", "col", "span", "source", "cause", "hint"}]}. `line` 0 is the whole file; source and hint
 * may be null.
 */
int conf_check_json(const char *dir, FILE *out);

/* The same as SARIF (conf/sarif.h). */
int conf_check_sarif(const char *dir, FILE *out);

#endif
