/*
 * hours.h - reader of opening hours: ["workdays 09:00-12:00", "workdays 13:30-17:00"]
 */
#ifndef CONF_HOURS_H
#define CONF_HOURS_H

#include "conf/schema.h"

field_reader read_hours; /* struct hours; a list */
extern const struct shape hours_shape;

#endif
