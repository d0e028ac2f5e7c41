/*
 * organisations.h - the roster, from templates and from entries written out
 */
#ifndef CONF_ORGANISATIONS_H
#define CONF_ORGANISATIONS_H

#include "conf/lists.h"

/* Where an organisation was written; for findings that come later. */
struct organisation_place {
    struct place id, hub, agencies;
};

/* By id; what is in it lies in the scratch arena. */
struct organisation_places {
    struct index *by_id;
    struct organisation_place *items;
    size_t n, cap;
};

/* A file of organisations/. */
extern const struct shape organisations_file_shape;
/* Fills the roster. `places` may be NULL. */
void organisations_read(struct reading *r, struct organisation_places *places);
/* NULL when it is not known. */
const struct organisation_place *organisation_place_of(const struct organisation_places *p, struct str id);

field_reader read_organisation;      /* int: index */
field_reader read_organisations;     /* struct ints; one or a list */
field_reader read_organisation_list; /* struct ints; a list, may be empty */

/* The organisation id that `wrong` was probably meant to be; a hint, or NULL. */
const char *organisation_suggest(struct reading *r, struct str wrong);

#endif
