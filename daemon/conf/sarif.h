/*
 * sarif.h - findings as SARIF 2.1.0 (OASIS, errata 01), for editors and pipelines
 *
 * Each kind of finding is a rule of the driver. Columns count code points, and say so. Files are named
 * relative to the directory that the command was given, or to where it was called when that one is relative,
 * which is what hosts of code expect.
 */
#ifndef CONF_SARIF_H
#define CONF_SARIF_H

#include "base/diag.h"

/* One run with all findings of `d`, and a line break. `dir`: as the operator named it, the beginning of the
 * files' names. False when it could not be made or written. */
bool sarif_print(const struct diag *d, const char *dir, FILE *out);

#endif
