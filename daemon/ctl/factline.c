/*
 * factline.c - one JSON object to the facts of a referral, by a table of keys
 */
#include "ctl/factline.h"

#include "base/fold.h"

#include <jansson.h>
#include <math.h>

#define TEXT_MAX ((size_t)64 * 1024)

struct line_facts { /* as given */
    int channel, mode, place, category;
    unsigned risk;
    struct str text, source_category, currency, offence, agency;
    bool has_claim;
    int64_t claim_minor;
    struct str *tags;
    struct party_facts *parties;
    int n_tags, n_parties;
};

struct fact_key {
    const char *name;
    bool (*read)(struct factline *x, const json_t *v, const struct fact_key *k, struct line_facts *f);
    size_t at;
    const struct word *words;
};

__attribute__((format(printf, 2, 3))) static bool fault(struct factline *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (x->fault.n == 0)
        x->fault = arena_vprintf(x->arena, fmt, ap);
    va_end(ap);
    return false;
}

static struct str kept(struct factline *x, const json_t *v)
{
    return arena_bytes(x->arena, json_string_value(v), json_string_length(v));
}

static bool read_text(struct factline *x, const json_t *v, const struct fact_key *k, struct line_facts *f)
{
    if (!json_is_string(v) || json_string_length(v) > TEXT_MAX)
        return fault(x, "%s: should be a text in quotes, of at most 64 KiB", k->name);
    *(struct str *)((char *)f + k->at) = kept(x, v);
    return true;
}

static bool read_word(struct factline *x, const json_t *v, const struct fact_key *k, struct line_facts *f)
{
    int value = json_is_string(v) ? word_value(k->words, kept(x, v)) : 0;
    struct str all = STR("");
    if (value) {
        *(int *)((char *)f + k->at) = value;
        return true;
    }
    for (const struct word *w = k->words; w->word; w++)
        all = arena_printf(x->arena, STR_FMT "%s%s", STR_ARG(all), all.n ? ", " : "", w->word);
    return fault(x, "%s: should be one of " STR_FMT, k->name, STR_ARG(all));
}

static bool read_place(struct factline *x, const json_t *v, const struct fact_key *k, struct line_facts *f)
{
    f->place = json_is_string(v) ? region_find(&x->rules->regions, kept(x, v)) : -1;
    return f->place >= 0 || fault(x, "%s: should be the code of a region of this configuration, in quotes", k->name);
}

/* One that nobody knows is passed over: the texts on trial often bring labels of their own. */
static bool read_category(struct factline *x, const json_t *v, const struct fact_key *k, struct line_facts *f)
{
    if (!json_is_string(v))
        return fault(x, "%s: should be a code or a name, in quotes", k->name);
    f->category = json_string_length(v) ? category_find(&x->rules->categories, kept(x, v)) : -1;
    x->category_ignored = f->category < 0 && json_string_length(v) > 0;
    return true;
}

static bool read_claim(struct factline *x, const json_t *v, const struct fact_key *k, struct line_facts *f)
{
    double minor = json_is_number(v) ? json_number_value(v) * 100 : NAN;
    if (!(minor >= 0 && minor < 9e15))
        return fault(x, "%s: should be a number of yuan, without quotes", k->name);
    f->has_claim = true;
    f->claim_minor = (int64_t)round(minor);
    return true;
}

static bool read_tags(struct factline *x, const json_t *v, const struct fact_key *k, struct line_facts *f)
{
    size_t n = json_array_size(v);
    bool good = json_is_array(v);
    f->tags = ARENA_ARRAY(x->arena, n + 1, struct str);
    for (size_t i = 0; good && f->tags && i < n; i++) {
        good = json_is_string(json_array_get(v, i));
        if (good)
            f->tags[i] = kept(x, json_array_get(v, i));
    }
    f->n_tags = (int)n;
    return (good && f->tags) || fault(x, "%s: should be a list of texts", k->name);
}

static bool read_risk(struct factline *x, const json_t *v, const struct fact_key *k, struct line_facts *f)
{
    if (!json_is_array(v))
        return fault(x, "%s: should be a list of words, as in [\"violence\"]", k->name);
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *e = json_array_get(v, i);
        int flag = json_is_string(e) ? word_value(risk_words, kept(x, e)) : 0;
        if (!flag)
            return fault(x, "%s: no such word", k->name);
        f->risk |= (unsigned)flag;
    }
    return true;
}

static bool read_party(struct factline *x, const json_t *v, struct party_facts *p)
{
    const json_t *role = json_object_get(v, "role"), *kind = json_object_get(v, "kind");
    int r = json_is_string(role) ? word_value(party_role_words, kept(x, role)) : 0;
    int k = json_is_string(kind) ? word_value(party_kind_words, kept(x, kind)) : 0;
    if (!r || !k)
        return fault(x, "parties: each needs a role and a kind");
    *p = (struct party_facts){.role = (enum party_role)r,
                              .kind = (enum party_kind)k,
                              .foreign = json_is_true(json_object_get(v, "foreign")),
                              .minor = json_is_true(json_object_get(v, "minor")),
                              .address = -1};
    const json_t *address = json_object_get(v, "address_code");
    if (json_is_string(address))
        p->address = region_find(&x->rules->regions, kept(x, address));
    return true;
}

static bool read_parties(struct factline *x, const json_t *v, const struct fact_key *k, struct line_facts *f)
{
    size_t n = json_array_size(v);
    f->parties = ARENA_ARRAY(x->arena, n + 1, struct party_facts);
    if (!json_is_array(v) || !f->parties)
        return fault(x, "%s: should be a list of objects, as in [{\"role\": ..., \"kind\": ...}]", k->name);
    for (size_t i = 0; i < n; i++)
        if (!read_party(x, json_array_get(v, i), &f->parties[i]))
            return false;
    f->n_parties = (int)n;
    return true;
}

#define AT(member) offsetof(struct line_facts, member)
static const struct fact_key fact_keys[] = {
    {"channel", read_word, AT(channel), channel_words},
    {"mode", read_word, AT(mode), mode_words},
    {"text", read_text, AT(text), NULL},
    {"summary", read_text, AT(text), NULL}, /* as `submit` calls it */
    {"place", read_place, 0, NULL},
    {"category", read_category, 0, NULL},
    {"source_category", read_text, AT(source_category), NULL},
    {"claim", read_claim, 0, NULL},
    {"currency", read_text, AT(currency), NULL},
    {"tags", read_tags, 0, NULL},
    {"risk", read_risk, 0, NULL},
    {"offence", read_text, AT(offence), NULL},
    {"agency", read_text, AT(agency), NULL},
    {"parties", read_parties, 0, NULL},
};

/* The mode of a channel when only that is known. */
static const int usual_modes[CHANNEL_COUNT] = {
    [CHANNEL_COURT] = MODE_COURT_PRE_FILING,
    [CHANNEL_PETITION] = MODE_PETITION_APPEAL,
    [CHANNEL_POLICE] = MODE_POLICE_CIVIL,
    [CHANNEL_PROCURATORATE] = MODE_PROCURATORATE_PROSECUTION_REVIEW,
    [CHANNEL_PLATFORM] = MODE_PLATFORM_ONLINE,
};

int factline_place(const struct ruleset *rs)
{
    for (int i = 0; i < rs->regions.n; i++)
        if (rs->regions.items[i].level == LEVEL_VILLAGE)
            return i;
    return rs->regions.n > 0 ? 0 : -1;
}

json_t *factline_open(struct factline *x, struct str text)
{
    json_error_t error;
    json_t *v = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &error);
    if (v && !json_is_object(v)) {
        json_decref(v);
        v = NULL;
        fault(x, "should be an object in braces");
    } else if (!v) { /* jansson's own text may quote the line */
        fault(x, "not one JSON object, at byte %d", error.position);
    }
    return v;
}

/* Channel and mode, each from the other where one is missing. */
static bool settle_footing(struct factline *x, struct line_facts *f)
{
    if (!f->channel)
        f->channel = f->mode ? mode_channel(f->mode) : CHANNEL_PLATFORM;
    if (!f->mode)
        f->mode = usual_modes[f->channel];
    return mode_channel(f->mode) == f->channel || fault(x, "mode: belongs to another channel");
}

static bool fill(struct factline *x, const struct line_facts *f, struct referral *out)
{
    struct str text = fold(x->arena, f->text), own = fold(x->arena, f->source_category);
    if (!text.p || !own.p)
        return fault(x, "text: is not UTF-8");
    *out = (struct referral){
        .channel = (enum channel)f->channel,
        .mode = (enum mode)f->mode,
        .agency = f->agency,
        .agency_ref = STR(""),
        .place = f->place,
        .category = f->category,
        .source_category = f->source_category,
        .summary = f->text,
        .folded = arena_printf(x->arena, STR_FMT "\n" STR_FMT, STR_ARG(text), STR_ARG(own)),
        .has_claim = f->has_claim,
        .claim_minor = f->claim_minor,
        .tags = f->tags,
        .n_tags = f->n_tags,
        .risk = f->risk,
        .offence = f->offence,
        .parties = f->parties,
        .n_parties = f->n_parties,
        .earlier = {.organisation = -1},
        .arrived_ms = x->now_ms,
    };
    memcpy(out->currency, f->currency.p, f->currency.n < 3 ? f->currency.n : 3);
    return out->folded.p || fault(x, "the line is too large");
}

bool factline_read(struct factline *x, const json_t *v, struct referral *out)
{
    struct line_facts f = {.place = x->place, .category = -1, .currency = STR("CNY")};
    f.source_category = f.offence = f.agency = STR("");
    x->category_ignored = false;
    for (size_t i = 0; i < sizeof(fact_keys) / sizeof(*fact_keys); i++) {
        const json_t *member = json_object_get(v, fact_keys[i].name);
        if (member && !json_is_null(member) && !fact_keys[i].read(x, member, &fact_keys[i], &f))
            return false;
    }
    if (!f.text.p)
        return fault(x, "text: is missing");
    return settle_footing(x, &f) && fill(x, &f, out);
}
