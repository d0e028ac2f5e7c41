/*
 * dossier.h - the page of a dossier, from the daemon's answer
 */
#ifndef CTL_DOSSIER_H
#define CTL_DOSSIER_H

#include "wire/control.h"

#include <stdio.h>

/* One file that needs nothing else, in Chinese, for a screen or A4. Sheets and words that are not known here are left out or shown as they came. */
void dossier_page(FILE *out, const struct sheets *s);

#endif
