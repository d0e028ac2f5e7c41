/*
 * predicate_party.c - `party` and `parties`: who stands in the dispute
 */
#include "conf/predicates.h"
#include "conf/shape.h"

#define PARTIES_MAX 10000

struct party_record {
    uint64_t kinds, roles;
    bool foreign, minor;
};
static const struct field party_fields[] = {
    {"kind", read_words, offsetof(struct party_record, kinds), OPTIONAL, party_kind_words,
     .about = "it is one of these"},
    {"role", read_words, offsetof(struct party_record, roles), OPTIONAL, party_role_words,
     .about = "it has one of these parts in the dispute"},
    {"foreign", read_bool, offsetof(struct party_record, foreign), OPTIONAL, .about = "from abroad, or not"},
    {"minor", read_bool, offsetof(struct party_record, minor), OPTIONAL, .about = "under 18, or not"},
    {0},
};
const struct shape party_cond_shape = {
    .kind = SHAPE_FIELDS, .name = "party-condition", .fields = party_fields, .least = 1};

/* A condition that some party is like this; foreign and minor any. */
static struct cond *push_party(struct reading *r, const struct node *v, struct cond_list *l, bool yes)
{
    struct cond *c = cond_push_whether(r, v, l, COND_PARTY, yes);
    if (c)
        c->party.foreign = c->party.minor = -1;
    return c;
}

bool party_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    struct party_record p = {0};
    if (!schema_read(r, v, k->key, party_fields, &p) || !not_empty_map(r, v))
        return false;
    struct cond *c = push_party(r, v, l, true);
    if (!c)
        return false;
    c->party.kinds = p.kinds;
    c->party.roles = p.roles;
    if (node_get(v, "foreign"))
        c->party.foreign = p.foreign;
    if (node_get(v, "minor"))
        c->party.minor = p.minor;
    return true;
}

struct parties_record {
    int at_least, at_most;
    bool same_village, foreign, minor, enterprise;
};
static const struct field parties_fields[] = {
    {"at_least", read_int, offsetof(struct parties_record, at_least), OPTIONAL, NULL, 0, PARTIES_MAX,
     .about = "how many there are"},
    {"at_most", read_int, offsetof(struct parties_record, at_most), OPTIONAL, NULL, 0, PARTIES_MAX,
     .about = "at most so many parties"},
    {"same_village", read_bool, offsetof(struct parties_record, same_village), OPTIONAL,
     .about = "at least two, and all live in one village or community"},
    {"foreign", read_bool, offsetof(struct parties_record, foreign), OPTIONAL,
     .about = "one of them is foreign; false: none is"},
    {"minor", read_bool, offsetof(struct parties_record, minor), OPTIONAL,
     .about = "one of them is a minor; false: none is"},
    {"enterprise", read_bool, offsetof(struct parties_record, enterprise), OPTIONAL,
     .about = "one of them is an enterprise; false: none is"},
    {0},
};
const struct shape parties_cond_shape = {
    .kind = SHAPE_FIELDS, .name = "parties-condition", .fields = parties_fields, .least = 1};

static bool push_count(struct reading *r, const struct node *v, struct cond_list *l,
                       const struct parties_record *p)
{
    if (!node_get(v, "at_least") && !node_get(v, "at_most"))
        return true;
    if (p->at_least > p->at_most)
        return reading_error(r, node_key_place(v), "`at_least` is the smaller one",
                             "no number is in this range");
    struct cond *c = cond_push(r, v, l, COND_PARTIES);
    if (!c)
        return false;
    c->low = p->at_least;
    c->high = node_get(v, "at_most") ? p->at_most : INT64_MAX;
    return true;
}

bool parties_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    struct parties_record p = {.at_most = PARTIES_MAX};
    if (!schema_read(r, v, k->key, parties_fields, &p) || !not_empty_map(r, v) || !push_count(r, v, l, &p))
        return false;
    const struct node *same = node_get(v, "same_village"), *foreign = node_get(v, "foreign"),
                      *minor = node_get(v, "minor"), *enterprise = node_get(v, "enterprise");
    struct cond *c;
    if (same && !cond_push_whether(r, same, l, COND_SAME_VILLAGE, p.same_village))
        return false;
    if (foreign && (c = push_party(r, foreign, l, p.foreign)))
        c->party.foreign = 1;
    if (minor && (c = push_party(r, minor, l, p.minor)))
        c->party.minor = 1;
    if (enterprise && (c = push_party(r, enterprise, l, p.enterprise)))
        c->party.kinds = (uint64_t)1 << PARTY_ENTERPRISE;
    return !arena_overflowed(r->arena);
}
