/*
 * predicates.c - `category: {under: ...}` and its like: one fact of the referral, one or more conditions
 */
#include "conf/define.h"
#include "conf/predicates.h"
#include "conf/shape.h"

struct cond *cond_push(struct reading *r, const struct node *v, struct cond_list *l, enum cond_kind kind)
{
    struct cond *c = ARENA_PUSH(r->arena, l->items, l->n, l->cap);
    if (!c) {
        reading_full(r);
        return NULL;
    }
    *c = (struct cond){.kind = kind, .line = node_key_place(v).line};
    return c;
}

struct cond *cond_push_whether(struct reading *r, const struct node *v, struct cond_list *l,
                               enum cond_kind kind, bool yes)
{
    struct cond *not = yes ? NULL : cond_push(r, v, l, COND_NOT);
    if (not )
        not ->span = 1;
    return yes || not ? cond_push(r, v, l, kind) : NULL;
}

static bool bits_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    const struct field f = {.key = k->key, .of = k->of};
    uint64_t set;
    if (!read_words(r, v, &f, &set))
        return false;
    struct cond *c = cond_push(r, v, l, k->kind);
    if (c)
        c->set = set;
    return c != NULL;
}

static bool risk_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    const struct field f = {.key = k->key, .of = risk_words};
    unsigned flags = 0;
    if (!read_flags(r, v, &f, &flags))
        return false;
    if (!flags)
        return reading_error(r, v->at, "name at least one, or remove the key", "an empty list");
    struct cond *c = cond_push(r, v, l, COND_RISK);
    if (c)
        c->set = flags;
    return c != NULL;
}

bool push_list(struct reading *r, const struct node *v, struct cond_list *l, enum cond_kind kind,
               struct ints list)
{
    struct cond *c = cond_push(r, v, l, kind);
    if (!c)
        return false;
    c->list = list.items;
    c->n = list.n;
    return true;
}

bool missing_alone(struct reading *r, const struct node *v)
{
    return v->n == 1 ||
           reading_error(r, node_get(v, "missing")->key->at, "remove it, or everything beside it",
                         "`missing` beside other conditions on the same thing can never hold");
}

bool not_empty_map(struct reading *r, const struct node *v)
{
    return v->n > 0 || reading_error(r, node_key_place(v), "say what it has to be, or remove the key",
                                     "`" STR_FMT "` without a condition in it", STR_ARG(v->key->text));
}

struct category_record {
    struct ints under, is;
    bool missing;
};
static const struct field category_fields[] = {
    {"under", read_categories_or_set, offsetof(struct category_record, under), OPTIONAL,
     .about = "one of these or anything below them"},
    {"is", read_categories_or_set, offsetof(struct category_record, is), OPTIONAL,
     .about = "one of these itself"},
    {"missing", read_true, offsetof(struct category_record, missing), OPTIONAL, .about = "it was not given"},
    {0},
};

static const struct shape_keys missing_alone_keys[] = {{KEYS_ALONE, {"missing"}}, {0}};
static const struct shape category_cond_shape = {.kind = SHAPE_FIELDS,
                                                 .name = "category-condition",
                                                 .fields = category_fields,
                                                 .least = 1,
                                                 .keys = missing_alone_keys};

static bool category_cond(struct reading *r, const struct node *v, const struct cond_key *k,
                          struct cond_list *l)
{
    struct category_record c = {0};
    if (v->kind == NODE_SCALAR && v->text.n)
        return reading_error(r, v->at,
                             reading_hint(r, "write {under: " STR_FMT "}, or {is: " STR_FMT "}",
                                          STR_ARG(v->text), STR_ARG(v->text)),
                             "`category` in a condition is a map");
    if (!schema_read(r, v, k->key, category_fields, &c) || !not_empty_map(r, v))
        return false;
    if (c.missing)
        return missing_alone(r, v) && cond_push(r, v, l, COND_CATEGORY_MISSING);
    return (!c.under.n || push_list(r, v, l, COND_CATEGORY_UNDER, c.under)) &&
           (!c.is.n || push_list(r, v, l, COND_CATEGORY_IS, c.is));
}

struct region_record {
    struct ints within, is;
    uint64_t levels, kinds;
};
static const struct field region_fields[] = {
    {"within", read_regions_or_set, offsetof(struct region_record, within), OPTIONAL,
     .about = "in one of these or below it"},
    {"is", read_regions_or_set, offsetof(struct region_record, is), OPTIONAL, .about = "one of these itself"},
    {"level", read_words, offsetof(struct region_record, levels), OPTIONAL, region_level_words,
     .about = "of one of these levels"},
    {"kind", read_words, offsetof(struct region_record, kinds), OPTIONAL, region_kind_words,
     .about = "of one of these kinds"},
    {0},
};

static const struct shape region_cond_shape = {
    .kind = SHAPE_FIELDS, .name = "region-condition", .fields = region_fields, .least = 1};

static bool push_bits(struct reading *r, const struct node *v, struct cond_list *l, enum cond_kind kind,
                      uint64_t set)
{
    struct cond *c = set ? cond_push(r, v, l, kind) : NULL;
    if (c)
        c->set = set;
    return !set || c;
}

static bool region_cond(struct reading *r, const struct node *v, const struct cond_key *k,
                        struct cond_list *l)
{
    struct region_record c = {0};
    if (v->kind == NODE_SCALAR && v->text.n)
        return reading_error(r, v->at, reading_hint(r, "write {within: \"" STR_FMT "\"}", STR_ARG(v->text)),
                             "`region` in a condition is a map");
    if (!schema_read(r, v, k->key, region_fields, &c) || !not_empty_map(r, v))
        return false;
    return (!c.within.n || push_list(r, v, l, COND_REGION_WITHIN, c.within)) &&
           (!c.is.n || push_list(r, v, l, COND_REGION_IS, c.is)) &&
           push_bits(r, v, l, COND_REGION_LEVEL, c.levels) && push_bits(r, v, l, COND_REGION_KIND, c.kinds);
}

struct claim_record {
    struct limits limits; /* minor units */
    struct str currency;
    bool missing;
};
static const struct field claim_fields[] = {
    {"at_least", read_yuan, offsetof(struct claim_record, limits.at_least), OPTIONAL,
     .about = "yuan; this much or more"},
    {"at_most", read_yuan, offsetof(struct claim_record, limits.at_most), OPTIONAL,
     .about = "yuan; this much or less"},
    {"over", read_yuan, offsetof(struct claim_record, limits.over), OPTIONAL,
     .about = "yuan; more than this"},
    {"under", read_yuan, offsetof(struct claim_record, limits.under), OPTIONAL,
     .about = "one of these or anything below them"},
    {"currency", read_text, offsetof(struct claim_record, currency), OPTIONAL,
     .about = "three capital letters; CNY when not given"},
    {"missing", read_true, offsetof(struct claim_record, missing), OPTIONAL, .about = "it was not given"},
    {0},
};

static const struct shape_keys claim_keys[] = {{KEYS_ALONE, {"missing"}},
                                               {KEYS_NOT_TOGETHER, {"at_least", "over"}},
                                               {KEYS_NOT_TOGETHER, {"at_most", "under"}},
                                               {0}};
static const struct shape claim_cond_shape = {
    .kind = SHAPE_FIELDS, .name = "claim-condition", .fields = claim_fields, .least = 1, .keys = claim_keys};

/* ISO 4217: three capital letters. */
static bool currency_valid(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z')
            return false;
    return s.n == 3;
}

bool limits_apply(struct reading *r, const struct node *v, const struct limits *m, const char *what,
                  struct cond *c)
{
    if ((m->at_least >= 0 && m->over >= 0) || (m->at_most >= 0 && m->under >= 0))
        return reading_error(r, node_key_place(v), "keep one", "two limits for the same end of the range");
    c->low = m->at_least >= 0 ? m->at_least : m->over >= 0 ? m->over + 1 : 0;
    c->high = m->at_most >= 0 ? m->at_most : m->under >= 0 ? m->under - 1 : INT64_MAX;
    if (c->low > c->high)
        return reading_error(r, node_key_place(v), "the lower limit comes first", "no %s is in this range",
                             what);
    return true;
}

static bool claim_cond(struct reading *r, const struct node *v, const struct cond_key *k, struct cond_list *l)
{
    struct claim_record m = {.limits = LIMITS_NONE, .currency = STR("CNY")};
    if (!schema_read(r, v, k->key, claim_fields, &m) || !not_empty_map(r, v))
        return false;
    if (m.missing)
        return missing_alone(r, v) && cond_push(r, v, l, COND_CLAIM_MISSING);
    if (!currency_valid(m.currency))
        return reading_error(r, node_get(v, "currency")->at, "three capital letters, as in CNY",
                             "`" STR_FMT "` is not a currency", STR_ARG(m.currency));
    struct cond *c = cond_push(r, v, l, COND_CLAIM);
    if (!c || !limits_apply(r, v, &m.limits, "sum", c))
        return false;
    memcpy(c->currency, m.currency.p, 3);
    return true;
}

bool push_strings(struct reading *r, const struct node *v, struct cond_list *l, enum cond_kind kind,
                  struct strs s)
{
    if (s.n == 0)
        return reading_error(r, v->at, "name at least one, or remove the key", "an empty list");
    struct cond *c = cond_push(r, v, l, kind);
    if (!c)
        return false;
    c->strings = s.items;
    c->n = s.n;
    return true;
}

/* `of` says what each string is, for messages. */
static bool strings_cond(struct reading *r, const struct node *v, const struct cond_key *k,
                         struct cond_list *l)
{
    const struct field f = {.key = k->key, .of = k->of};
    struct strs s;
    field_reader *read = k->kind == COND_OFFENCE ? read_texts
                         : k->kind == COND_TAGS  ? read_slug_list
                                                 : read_slugs;
    enum set_kind kind = k->kind == COND_OFFENCE ? SET_OFFENCES
                         : k->kind == COND_TAGS  ? SET_TAGS
                                                 : SET_AGENCIES;
    v = set_elements(r, v, kind);
    return v && read(r, v, &f, &s) && push_strings(r, v, l, k->kind, s);
}

struct missing_record {
    bool missing;
};
static const struct field missing_fields[] = {
    {"missing", read_true, offsetof(struct missing_record, missing), REQUIRED,
     .about = "the agency named none"},
    {0},
};
static const struct shape missing_shape = {.kind = SHAPE_FIELDS, .name = "missing", .fields = missing_fields};
static const struct shape offence_shape = {
    .kind = SHAPE_EITHER, .of = &missing_shape, .otherwise = &texts_or_set_shape};

/* A list of names; or {missing: true}, which the empty name stands for. */
static bool offence_cond(struct reading *r, const struct node *v, const struct cond_key *k,
                         struct cond_list *l)
{
    static const struct str none[] = {{"", 0}};
    struct missing_record m = {false};
    if (!node_get(v, "missing"))
        return strings_cond(r, v, k, l);
    return schema_read(r, v, k->key, missing_fields, &m) &&
           push_strings(r, v, l, COND_OFFENCE, (struct strs){none, 1});
}

static const struct shape filled_words_shape = {.kind = SHAPE_LIST, .of = &word_shape, .least = 1};

const struct cond_key predicate_keys[] = {
    {"channel", bits_cond, COND_CHANNEL, channel_words, &words_shape, "the channel is one of these"},
    {"mode", bits_cond, COND_MODE, mode_words, &words_shape, "the mode of referral is one of these"},
    {"category", category_cond, 0, NULL, &category_cond_shape, "the dispute type, after `classify`"},
    {"region", region_cond, 0, NULL, &region_cond_shape, "the place of the dispute"},
    {"claim", claim_cond, 0, NULL, &claim_cond_shape, "the sum claimed; does not hold when none was given"},
    {"tags", strings_cond, COND_TAGS, "a tag", &slug_list_or_set_shape, "at least one of these tags"},
    {"risk", risk_cond, 0, risk_words, &filled_words_shape, "at least one of these risk flags"},
    {"text", text_cond, COND_TEXT, NULL, &texts_or_set_shape,
     "at least one of these words occurs in the summary or the agency's own category"},
    {"offence", offence_cond, COND_OFFENCE, NULL, &offence_shape,
     "the offence that the agency named is one of these"},
    {"source_category", source_category_cond, COND_SOURCE_CATEGORY, NULL, &texts_or_set_shape,
     "the agency's own category is one of these"},
    {"party", party_cond, 0, NULL, &party_cond_shape, "one party has all of this"},
    {"parties", parties_cond, 0, NULL, &parties_cond_shape,
     "how many parties, and what is so of them together"},
    {"age", age_cond, 0, NULL, &age_cond_shape, "from the day it happened to arrival"},
    {"arrived", arrived_cond, 0, NULL, &arrived_cond_shape, "when the referral came in"},
    {"earlier", earlier_cond, 0, NULL, &earlier_cond_shape, "earlier referrals of exactly the same parties"},
    {"agency", strings_cond, COND_AGENCY, "an agency's id", &slugs_or_set_shape,
     "the sender is one of these"},
    {0},
};
