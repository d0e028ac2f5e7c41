/*
 * jsonschema.h - JSON Schema of each kind of YAML file, for editors, from the tables that the parser walks
 *
 * Draft-07, which YAML language servers know best. The schema knows no catalogue: a region that is not on the
 * list passes it and fails `check`. config/schema/ holds what this prints; a test compares.
 */
#ifndef CONF_JSONSCHEMA_H
#define CONF_JSONSCHEMA_H

#include <stdbool.h>
#include <stdio.h>

struct shape;

struct jsonschema_kind {
    const char *name;  /* "rules": of config/schema/rules.json; NULL ends the table */
    const char *files; /* "rules/NAME.yaml" */
    const struct shape *shape;
};
extern const struct jsonschema_kind jsonschema_kinds[];

/* NULL when there is none of that name. */
const struct jsonschema_kind *jsonschema_find(const char *name);
/* The document and a line break. False when it could not be made or written. */
bool jsonschema_print(const struct jsonschema_kind *kind, FILE *out);

#endif
