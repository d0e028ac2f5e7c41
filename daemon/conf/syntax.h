/*
 * syntax.h - what libyaml's complaints mean for the person who wrote the file
 */
#ifndef CONF_SYNTAX_H
#define CONF_SYNTAX_H

#include "conf/reading.h"

struct yaml_parser_s;

/* Reports the error that `parser` stopped at. */
void syntax_report(struct reading *r, const struct text *t, const struct yaml_parser_s *parser);

#endif
