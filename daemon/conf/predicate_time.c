/*
 * predicate_time.c - `age`, `arrived` and `earlier`: when it happened, when it came, what came before
 */
#include "conf/predicates.h"
#include "conf/shape.h"

#define EARLIER_MAX 10000

static const struct shape_keys missing_alone_keys[] = {{KEYS_ALONE, {"missing"}}, {0}};

struct age_record {
    struct limits limits; /* days */
    bool missing;
};
static const struct field age_fields[] = {
    {"at_least", read_days, offsetof(struct age_record, limits.at_least), OPTIONAL,
     .about = "so long or longer"},
    {"at_most", read_days, offsetof(struct age_record, limits.at_most), OPTIONAL,
     .about = "so long or shorter"},
    {"over", read_days, offsetof(struct age_record, limits.over), OPTIONAL, .about = "longer than this"},
    {"under", read_days, offsetof(struct age_record, limits.under), OPTIONAL, .about = "shorter than this"},
    {"missing", read_true, offsetof(struct age_record, missing), OPTIONAL,
     .about = "the referral does not say when it happened"},
    {0},
};
static const struct shape_keys age_keys[] = {{KEYS_ALONE, {"missing"}},
                                             {KEYS_NOT_TOGETHER, {"at_least", "over"}},
                                             {KEYS_NOT_TOGETHER, {"at_most", "under"}},
                                             {0}};
const struct shape age_cond_shape = {
    .kind = SHAPE_FIELDS, .name = "age-condition", .fields = age_fields, .least = 1, .keys = age_keys};

bool age_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    struct age_record a = {.limits = LIMITS_NONE};
    if (!schema_read(r, v, k->key, age_fields, &a) || !not_empty_map(r, v))
        return false;
    if (a.missing)
        return missing_alone(r, v) && cond_push(r, v, l, COND_AGE_MISSING);
    struct cond *c = cond_push(r, v, l, COND_AGE);
    return c && limits_apply(r, v, &a.limits, "age", c);
}

struct arrived_record {
    int32_t from, until;
    bool working_time;
};
static const struct field arrived_fields[] = {
    {"from", read_day, offsetof(struct arrived_record, from), OPTIONAL, .about = "first day"},
    {"until", read_day, offsetof(struct arrived_record, until), OPTIONAL, .about = "last day, included"},
    {"working_time", read_bool, offsetof(struct arrived_record, working_time), OPTIONAL,
     .about = "within the `working_hours` of channels.yaml; false: outside them"},
    {0},
};
const struct shape arrived_cond_shape = {
    .kind = SHAPE_FIELDS, .name = "arrived-condition", .fields = arrived_fields, .least = 1};

bool arrived_between(struct reading *r, const struct node *from, const struct node *until, int32_t first,
                     int32_t last, struct cond *c)
{
    *c = (struct cond){.kind = COND_ARRIVED, .line = node_key_place(from ? from : until).line};
    c->low = from ? first : 0;
    c->high = until ? last : INT64_MAX;
    return c->low <= c->high || reading_error(r, until->at, "`until` is the later one, and included",
                                              "the last day comes before the first");
}

bool arrived_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    struct arrived_record a = {0};
    if (!schema_read(r, v, k->key, arrived_fields, &a) || !not_empty_map(r, v))
        return false;
    const struct node *from = node_get(v, "from"), *until = node_get(v, "until"),
                      *working = node_get(v, "working_time");
    if (from || until) {
        struct cond range, *c = NULL;
        if (!arrived_between(r, from, until, a.from, a.until, &range) ||
            !(c = cond_push(r, v, l, COND_ARRIVED)))
            return false;
        *c = range;
    }
    return !working || cond_push_whether(r, working, l, COND_WORKING_TIME, a.working_time);
}

struct earlier_record {
    int64_t within; /* days; -1: whenever */
    int at_least;
    bool missing;
};
static const struct field earlier_fields[] = {
    {"within", read_days, offsetof(struct earlier_record, within), OPTIONAL,
     .about = "the latest of them came in this long ago or less"},
    {"at_least", read_int, offsetof(struct earlier_record, at_least), OPTIONAL, NULL, 1, EARLIER_MAX,
     .about = "how many there were, ever"},
    {"missing", read_true, offsetof(struct earlier_record, missing), OPTIONAL, .about = "there was none"},
    {0},
};
const struct shape earlier_cond_shape = {.kind = SHAPE_FIELDS,
                                         .name = "earlier-condition",
                                         .fields = earlier_fields,
                                         .least = 1,
                                         .keys = missing_alone_keys};

static bool push_range(struct reading *r, const struct node *v, struct cond_list *l, enum cond_kind kind,
                       int64_t low, int64_t high)
{
    struct cond *c = cond_push(r, v, l, kind);
    if (!c)
        return false;
    c->low = low;
    c->high = high;
    return true;
}

bool earlier_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    struct earlier_record e = {.within = -1};
    if (!schema_read(r, v, k->key, earlier_fields, &e) || !not_empty_map(r, v))
        return false;
    if (e.missing)
        return missing_alone(r, v) && push_range(r, v, l, COND_EARLIER_COUNT, 0, 0);
    return (e.within < 0 || push_range(r, v, l, COND_EARLIER, 0, e.within)) &&
           (!e.at_least || push_range(r, v, l, COND_EARLIER_COUNT, e.at_least, INT64_MAX));
}
