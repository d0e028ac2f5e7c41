/*
 * ruletest_given.c - `given`: a made-up referral, the moment it arrives, and the load it meets
 */
#include "conf/organisations.h"
#include "conf/ruletest.h"
#include "conf/sorted.h"
#include "conf/shape.h"

#include "base/fold.h"

#define OPEN_MAX    100000
#define EARLIER_MAX 10000
#define DAYS_MAX    36500

struct given {
    struct str agency, agency_ref, text, offence, source_category, currency;
    int channel, mode, place, category;
    int64_t claim; /* minor units; -1: none */
    int64_t at;    /* milliseconds; 0: not given */
    int32_t occurred_on;
    struct strs tags;
    unsigned risk;
    const struct node *parties, *earlier, *load, *last_given;
    struct ints full, declined;
};

struct party_record {
    int role, kind;
    bool foreign, minor;
    int address; /* region; -1: not given */
    struct str credit_code;
};
static const struct field party_fields[] = {
    {"role", read_word, offsetof(struct party_record, role), REQUIRED, party_role_words,
     .about = "its part in the dispute"},
    {"kind", read_word, offsetof(struct party_record, kind), REQUIRED, party_kind_words,
     .about = "what it is"},
    {"foreign", read_bool, offsetof(struct party_record, foreign), OPTIONAL, .about = "from abroad"},
    {"minor", read_bool, offsetof(struct party_record, minor), OPTIONAL, .about = "under 18"},
    {"address", read_region, offsetof(struct party_record, address), OPTIONAL, .about = "where it lives"},
    {"credit_code", read_credit_code, offsetof(struct party_record, credit_code), OPTIONAL,
     .about = "of a body; `interests` of organisations are compared with it"},
    {0},
};

static const struct shape party_shape = {.kind = SHAPE_FIELDS, .name = "test-party", .fields = party_fields};
static const struct shape parties_shape = {.kind = SHAPE_LIST, .of = &party_shape};

struct earlier_record {
    int count, days_ago, organisation;
};
static const struct field earlier_fields[] = {
    {"count", read_int, offsetof(struct earlier_record, count), OPTIONAL, NULL, 0, EARLIER_MAX,
     .about = "how many; 1 when not given"},
    {"days_ago", read_int, offsetof(struct earlier_record, days_ago), OPTIONAL, NULL, 0, DAYS_MAX,
     .about = "when the latest of them arrived"},
    {"organisation", read_organisation, offsetof(struct earlier_record, organisation), OPTIONAL,
     .about = "who had it, or has the linked case"},
    {0},
};
static const struct shape earlier_shape = {
    .kind = SHAPE_FIELDS, .name = "test-earlier", .fields = earlier_fields, .least = 1};

static const struct shape share_shape = {.kind = SHAPE_YUAN};
static const struct shape open_shape = {.kind = SHAPE_INT};
static const struct shape open_of_shape = {.kind = SHAPE_LIST, .of = &open_shape, .least = 2, .most = 2};
static const struct shape load_shape = {
    .kind = SHAPE_EITHER, .of = &share_shape, .otherwise = &open_of_shape};
static const struct shape loads_shape = {.kind = SHAPE_NAMED, .of = &load_shape};
static const struct shape moments_shape = {.kind = SHAPE_NAMED, .of = &moment_shape};

static const struct field given_fields[] = {
    {"channel", read_word, offsetof(struct given, channel), REQUIRED, channel_words,
     .about = "where it comes from"},
    {"mode", read_word, offsetof(struct given, mode), REQUIRED, mode_words, .about = "how it is referred"},
    {"place", read_region, offsetof(struct given, place), REQUIRED, .about = "where the dispute is"},
    {"agency", read_slug, offsetof(struct given, agency), OPTIONAL, .about = "the sender"},
    {"category", read_category_name, offsetof(struct given, category), OPTIONAL,
     .about = "as the agency gives it: code, name or alias"},
    {"text", read_text_any, offsetof(struct given, text), OPTIONAL, .about = "the summary"},
    {"claim", read_yuan, offsetof(struct given, claim), OPTIONAL, .about = "yuan"},
    {"currency", read_text, offsetof(struct given, currency), OPTIONAL,
     .about = "three capital letters; CNY when not given"},
    {"tags", read_slug_list, offsetof(struct given, tags), OPTIONAL, "a tag",
     .about = "as the agency gives them"},
    {"risk", read_flags, offsetof(struct given, risk), OPTIONAL, risk_words, .about = "risk flags"},
    {"offence", read_text_any, offsetof(struct given, offence), OPTIONAL, .about = "as the agency names it"},
    {"source_category", read_text_any, offsetof(struct given, source_category), OPTIONAL,
     .about = "the agency's own category"},
    {"parties", read_node, offsetof(struct given, parties), OPTIONAL, .shape = &parties_shape,
     .about = "who quarrels"},
    {"at", read_moment, offsetof(struct given, at), OPTIONAL,
     .about = "when it arrives; without it 10:00 on the first workday of June in the calendar's last year"},
    {"occurred_on", read_day, offsetof(struct given, occurred_on), OPTIONAL, .about = "when it happened"},
    {"agency_ref", read_text, offsetof(struct given, agency_ref), OPTIONAL,
     .about = "the sender's number: it draws the lot of `pick: weighted`"},
    {"earlier", read_node, offsetof(struct given, earlier), OPTIONAL, .shape = &earlier_shape,
     .about = "referrals of the same parties before it, or a linked case"},
    {"load", read_node, offsetof(struct given, load), OPTIONAL, NULL, 0, OPEN_MAX, &loads_shape,
     .about = "organisation: share of its capacity in use, or [open, capacity]; without it nothing is open"},
    {"last_given", read_node, offsetof(struct given, last_given), OPTIONAL, .shape = &moments_shape,
     .about = "organisation: when it was last given something, for `pick: round_robin`"},
    {"declined", read_organisation_list, offsetof(struct given, declined), OPTIONAL,
     .about = "organisations that must not be asked again"},
    {"full", read_organisation_list, offsetof(struct given, full), OPTIONAL,
     .about = "organisations without a free place"},
    {0},
};
const struct shape given_shape = {.kind = SHAPE_FIELDS, .name = "given", .fields = given_fields};

static bool read_parties(struct reading *r, struct arena *keep, const struct node *v,
                         struct referral *referral)
{
    if (!node_is(r, v, NODE_LIST, "a list of parties"))
        return false;
    struct party_facts *parties = ARENA_ARRAY(keep, (size_t)v->n + 1, struct party_facts);
    if (!parties)
        return reading_full(r);
    bool good = true;
    int n = 0;
    for (const struct node *e = v->first; e; e = e->next) {
        struct party_record p = {.address = -1, .credit_code = STR("")};
        if (e->kind == NODE_BROKEN || !schema_read(r, e, "a party", party_fields, &p)) {
            good = false;
            continue;
        }
        parties[n++] = (struct party_facts){.role = (enum party_role)p.role,
                                            .kind = (enum party_kind)p.kind,
                                            .foreign = p.foreign,
                                            .minor = p.minor,
                                            .address = p.address,
                                            .credit_code = p.credit_code};
    }
    referral->parties = parties;
    referral->n_parties = n;
    return good;
}

/* 10:00 on the first workday of June in the calendar's last year: on no account the clock of today. */
static int64_t usual_moment(const struct calendar *c)
{
    char text[16];
    int32_t day;
    calendar_day_text(c->published_until, text);
    memcpy(text + 4, "-06-01", sizeof "-06-01");
    calendar_parse_day(str_from(text), &day);
    while (!calendar_working(c, day))
        day++;
    return calendar_ms_of_day(day) + (int64_t)10 * 60 * 60000;
}

/* As the wire's reader makes it: summary and the agency's own category, each folded, a line break between. */
static bool make_referral(struct reading *r, struct arena *keep, const struct given *g, struct referral *out)
{
    *out = (struct referral){
        .channel = (enum channel)g->channel,
        .mode = (enum mode)g->mode,
        .agency = g->agency,
        .agency_ref = g->agency_ref,
        .place = g->place,
        .category = g->category,
        .source_category = g->source_category,
        .summary = g->text,
        .has_claim = g->claim >= 0,
        .claim_minor = g->claim >= 0 ? g->claim : 0,
        .tags = g->tags.items,
        .n_tags = g->tags.n,
        .risk = g->risk,
        .offence = g->offence,
        .earlier = {.organisation = -1},
        .occurred_on = g->occurred_on,
        .arrived_ms = g->at ? g->at : usual_moment(&r->rs->calendar),
    };
    memcpy(out->currency, g->currency.p, g->currency.n < 3 ? g->currency.n : 3);
    struct str text = fold(r->scratch, g->text), own = fold(r->scratch, g->source_category);
    out->folded = arena_printf(keep, STR_FMT "\n" STR_FMT, STR_ARG(text), STR_ARG(own));
    return out->folded.p || reading_full(r);
}

static bool read_earlier(struct reading *r, const struct node *v, struct referral *referral)
{
    struct earlier_record e = {.count = 1, .organisation = -1};
    if (!schema_read(r, v, "`earlier`", earlier_fields, &e))
        return false;
    referral->earlier = (struct earlier){.count = e.count, .organisation = e.organisation};
    if (e.count)
        referral->earlier.last_ms = referral->arrived_ms - e.days_ago * INT64_C(86400000);
    return true;
}

/* The entry of `organisation`, made when there is none yet. */
static struct test_load *load_of(struct reading *r, struct test_loads *all, int organisation)
{
    for (int i = 0; i < all->n; i++)
        if (all->items[i].organisation == organisation)
            return &all->items[i];
    struct test_load *load = &all->items[all->n++];
    *load = (struct test_load){.organisation = organisation,
                               .capacity = r->rs->roster.items[organisation].capacity};
    return load;
}

/* 0.8 of its capacity, or [16, 20]. */
static bool read_load(struct reading *r, const struct node *v, const struct field *f, struct test_load *load)
{
    int64_t share = 0; /* hundredths */
    if (v->kind != NODE_LIST) {
        if (!node_is_text(r, v, "a load"))
            return false;
        if (!decimal_parse(v->text, &share) || share > 100)
            return reading_error(r, v->at, "0.8 is four fifths of its capacity; or write [open, capacity]",
                                 "a load goes from 0 to 1");
        load->open = (int)(load->capacity * share / 100);
        return true;
    }
    if (v->n != 2)
        return reading_error(r, v->at, "write [open, capacity]", "two numbers are expected here, not %d",
                             v->n);
    return read_int(r, v->first, f, &load->open) && read_int(r, v->first->next, f, &load->capacity);
}

static bool read_loads(struct reading *r, const struct node *v, struct test_loads *all)
{
    static const struct field open = {.key = "load", .high = OPEN_MAX};
    if (!node_is(r, v, NODE_MAP, "a map from organisations to loads"))
        return false;
    bool good = true;
    for (const struct node *l = v->first; l; l = l->next) {
        int organisation;
        good = l->kind != NODE_BROKEN && read_organisation(r, l->key, &open, &organisation) &&
               read_load(r, l, &open, load_of(r, all, organisation)) && good;
    }
    return good;
}

static bool read_last_given(struct reading *r, const struct node *v, struct test_loads *all)
{
    if (!node_is(r, v, NODE_MAP, "a map from organisations to moments"))
        return false;
    bool good = true;
    for (const struct node *l = v->first; l; l = l->next) {
        int organisation;
        good = l->kind != NODE_BROKEN && read_organisation(r, l->key, NULL, &organisation) &&
               read_moment(r, l, NULL, &load_of(r, all, organisation)->given_ms) && good;
    }
    return good;
}

/* What is not told is empty. */
static bool read_all_loads(struct reading *r, struct arena *keep, const struct given *g,
                           struct test_loads *all)
{
    int most = g->full.n + (g->load ? g->load->n : 0) + (g->last_given ? g->last_given->n : 0);
    *all = (struct test_loads){ARENA_ARRAY(keep, (size_t)most + 1, struct test_load), 0};
    if (!all->items)
        return reading_full(r);
    bool good = !g->load || read_loads(r, g->load, all);
    good = (!g->last_given || read_last_given(r, g->last_given, all)) && good;
    for (int i = 0; i < g->full.n; i++) {
        struct test_load *load = load_of(r, all, g->full.items[i]);
        load->open = load->capacity;
    }
    return good;
}

static bool check_given(struct reading *r, const struct node *v, const struct given *g,
                        const struct referral *referral)
{
    int channel = mode_channel(g->mode);
    if (channel != g->channel)
        return reading_error(r, node_get(v, "mode")->at, "change the channel or the mode",
                             "mode `%s` belongs to channel `%s`", word_of(mode_words, g->mode),
                             word_of(channel_words, channel));
    const struct node *occurred = node_get(v, "occurred_on");
    return !occurred || g->occurred_on <= calendar_day_of_ms(referral->arrived_ms) ||
           reading_error(r, occurred->at, "set `at` to a later day, or this to an earlier one",
                         "it happens after it has arrived");
}

bool given_read(struct reading *r, struct arena *keep, const struct node *v, struct rule_test *t)
{
    struct given g = {.category = -1, .place = -1, .claim = -1, .currency = STR("CNY")};
    g.agency = g.text = g.offence = g.source_category = STR("");
    g.agency_ref = STR("test");
    if (!schema_read(r, v, "`given`", given_fields, &g) || !make_referral(r, keep, &g, &t->referral) ||
        !check_given(r, v, &g, &t->referral))
        return false;
    t->declined = g.declined;
    bool good = !g.parties || read_parties(r, keep, g.parties, &t->referral);
    good = (!g.earlier || read_earlier(r, g.earlier, &t->referral)) && good;
    return read_all_loads(r, keep, &g, &t->loads) && good;
}
