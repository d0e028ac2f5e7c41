/*
 * heat.h - Jiangsu as a grid of its 13 cities and the three counties directly under the province, coloured by a figure
 *
 * A cell stands roughly where its city lies; a county directly administered stands inside its city's cell, and is counted apart
 * from it. Five shades from the lowest value to the highest, the value in print, so that nothing hangs on colour alone.
 */
#ifndef CTL_HEAT_H
#define CTL_HEAT_H

#include "base/str.h"

#include <stdint.h>
#include <stdio.h>

#define HEAT_UNITS 16
struct heat_unit {
    const char *code, *zh, *en;
    int x, y;     /* in half cells, in cells; of a county: its city's */
    bool county;
};
extern const struct heat_unit heat_units[HEAT_UNITS]; /* in the order of codes, a county after its city */

struct heat_value {
    bool there;
    int64_t v;       /* orders the shades */
    struct str text; /* printed */
};
/* An SVG. `unit` stands behind the numbers of the legend. */
void heat_map(FILE *out, const struct heat_value values[HEAT_UNITS], const char *unit, bool hundredths);

#endif
