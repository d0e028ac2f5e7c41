/*
 * factline.h - the facts of one dispute from one JSON line, as the rules see them
 *
 * For trying rules on texts: `text` alone is enough. What is left out has a default: channel platform; the mode that is
 * usual for the channel; as place the first village on the list of regions. Keys that rules know nothing of are ignored.
 */
#ifndef CTL_FACTLINE_H
#define CTL_FACTLINE_H

#include "core/ruleset.h"

typedef struct json_t json_t;

struct factline {
    struct arena *arena; /* of this line */
    const struct ruleset *rules;
    int place;           /* the default */
    int64_t now_ms;      /* arrival */
    struct str fault;    /* what is wrong, without repeating what may be personal data */
    bool category_ignored; /* `category` names none of this configuration */
};

/* The default place: the first village, or whatever region there is. */
int factline_place(const struct ruleset *rs);
/* The line as JSON, for keys of one's own; NULL, with x->fault. The caller decrefs. */
json_t *factline_open(struct factline *x, struct str text);
/* True when `v` holds a dispute; false with x->fault. */
bool factline_read(struct factline *x, const json_t *v, struct referral *out);

#endif
