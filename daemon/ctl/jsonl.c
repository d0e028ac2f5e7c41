/*
 * jsonl.c - referrals read from JSON, by tables of keys
 */
#include "ctl/jsonl.h"

#include "base/diag.h"
#include "core/calendar.h"

#include <jansson.h>
#include <math.h>

struct key {
    const char *name;
    /* `out` is the member at `at`; `path` names the value in faults. */
    void (*read)(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out);
    size_t at;
    const struct word *words;
};

__attribute__((format(printf, 3, 4))) static void fault(struct jsonl *x, const char *path, const char *fmt,
                                                        ...)
{
    va_list ap;
    fprintf(x->err, "%s:%u: %s%s", x->file, x->line, path, *path ? ": " : "");
    va_start(ap, fmt);
    vfprintf(x->err, fmt, ap);
    va_end(ap);
    fputc('\n', x->err);
    x->faults++;
}

static const char *join(struct jsonl *x, const char *path, const char *name)
{
    struct str s = arena_printf(x->arena, "%s%s%s", path, *path ? "." : "", name);
    return s.p ? s.p : name;
}

static struct str kept(struct jsonl *x, const json_t *v)
{
    return arena_bytes(x->arena, json_string_value(v), json_string_length(v));
}

/* ---- one value ---- */

static void read_text(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    (void)k;
    if (json_is_string(v))
        *(struct str *)out = kept(x, v);
    else
        fault(x, path, "should be a text in quotes");
}

static void read_flag(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    (void)k;
    if (json_is_boolean(v))
        *(bool *)out = json_is_true(v);
    else
        fault(x, path, "should be true or false");
}

static int word_list(const struct word *table, const char **names, int max)
{
    int n = 0;
    for (const struct word *w = table; w->word && n < max; w++)
        names[n++] = w->word;
    return n;
}

/* 0 when it is no word of the table; the fault lists the words. */
static int word_in(struct jsonl *x, const json_t *v, const char *path, const struct word *table)
{
    const char *names[64];
    struct str text = json_is_string(v) ? kept(x, v) : STR("");
    int value = word_value(table, text);
    if (value)
        return value;
    int n = word_list(table, names, 64);
    struct str all = STR("");
    for (int i = 0; i < n; i++)
        all = arena_printf(x->arena, STR_FMT "%s%s", STR_ARG(all), i ? ", " : "", names[i]);
    const char *near = text.n ? diag_nearest(text, names, (size_t)n) : NULL;
    if (near)
        fault(x, path, "no such word; did you mean \"%s\"? (" STR_FMT ")", near, STR_ARG(all));
    else
        fault(x, path, "should be one of " STR_FMT, STR_ARG(all));
    return 0;
}

static void read_word(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    *(int *)out = word_in(x, v, path, k->words);
}

/* Yuan, with at most two decimals, as minor units. */
static void read_claim(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    struct client_referral *r = out;
    (void)k;
    if (json_is_integer(v) && json_integer_value(v) <= INT64_MAX / 100 &&
        json_integer_value(v) >= INT64_MIN / 100) {
        r->claim_minor = json_integer_value(v) * 100;
        r->has_claim = true;
        return;
    }
    double minor = json_is_real(v) ? json_real_value(v) * 100 : NAN;
    double whole = round(minor);
    if (!(fabs(whole) < 9e15) || fabs(minor - whole) > 1e-4) {
        fault(x, path, "should be a number of yuan with at most two decimals, without quotes");
        return;
    }
    r->claim_minor = (int64_t)whole;
    r->has_claim = true;
}

static void read_texts(struct jsonl *x, const json_t *v, const char *path, const struct str **items, int *n)
{
    size_t size = json_array_size(v);
    struct str *list = ARENA_ARRAY(x->arena, size + 1, struct str);
    bool good = json_is_array(v) && list;
    for (size_t i = 0; good && i < size; i++) {
        good = json_is_string(json_array_get(v, i));
        if (good)
            list[i] = kept(x, json_array_get(v, i));
    }
    if (!good) {
        fault(x, path, "should be a list of texts, as in [\"a\", \"b\"]");
        return;
    }
    *items = list;
    *n = (int)size;
}

static void read_tags(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    struct client_referral *r = out;
    (void)k;
    read_texts(x, v, path, &r->tags, &r->n_tags);
}

static void read_risk(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    struct client_referral *r = out;
    if (!json_is_array(v))
        fault(x, path, "should be a list of words, as in [\"violence\"]");
    for (size_t i = 0; i < json_array_size(v); i++) {
        struct str at = arena_printf(x->arena, "%s[%zu]", path, i);
        r->risk |= (unsigned)word_in(x, json_array_get(v, i), at.p ? at.p : path, k->words);
    }
}

static void read_digest(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    struct digest d;
    (void)k;
    if (json_is_string(v) && digest_parse(kept(x, v), &d))
        *(struct str *)out = arena_bytes(x->arena, d.b, sizeof(d.b));
    else
        fault(x, path, "should be a SHA-256 as 64 hexadecimal digits");
}

static void read_ignored(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    (void)x, (void)v, (void)path, (void)k, (void)out;
}

static struct str day_from_today(struct jsonl *x, const json_t *v, const char *path, int sign)
{
    char text[16];
    if (json_is_integer(v) && json_integer_value(v) >= 0 && json_integer_value(v) < 100000)
        return arena_str(x->arena,
                         str_from(calendar_day_text(x->today + sign * (int32_t)json_integer_value(v), text)));
    fault(x, path, "should be a whole number of days");
    return (struct str){NULL, 0};
}

static void read_days_ago(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    (void)k;
    *(struct str *)out = day_from_today(x, v, path, -1);
}

static void read_days_ahead(struct jsonl *x, const json_t *v, const char *path, const struct key *k,
                            void *out)
{
    (void)k;
    *(struct str *)out = day_from_today(x, v, path, 1);
}

/* ---- objects and lists of them ---- */

static void tell_unknown(struct jsonl *x, const char *path, const char *name, const struct key *keys)
{
    const char *names[64];
    size_t n = 0;
    for (const struct key *k = keys; k->name && n < 64; k++)
        names[n++] = k->name;
    const char *near = diag_nearest(str_from(name), names, n);
    fault(x, path, "unknown key \"%s\"%s%s%s", name, near ? "; did you mean \"" : "", near ? near : "",
          near ? "\"?" : "");
}

static void read_object(struct jsonl *x, const json_t *v, const char *path, const struct key *keys, void *out)
{
    const char *name;
    json_t *member, *object = (json_t *)v; /* jansson's macro wants it so */
    if (!json_is_object(v)) {
        fault(x, path, "should be an object in braces");
        return;
    }
    json_object_foreach(object, name, member)
    {
        const struct key *k = keys;
        while (k->name && strcmp(k->name, name) != 0)
            k++;
        if (!k->name)
            tell_unknown(x, path, name, keys);
        else if (!json_is_null(member))
            k->read(x, member, join(x, path, name), k, (char *)out + k->at);
    }
}

/* A list of objects of `size` bytes each. */
static void *read_objects(struct jsonl *x, const json_t *v, const char *path, const struct key *keys,
                          size_t size, int *n)
{
    size_t count = json_array_size(v);
    char *items = arena_array(x->arena, count + 1, size);
    if (!json_is_array(v) || !items) {
        fault(x, path, "should be a list of objects, as in [{...}]");
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        struct str at = arena_printf(x->arena, "%s[%zu]", path, i);
        read_object(x, json_array_get(v, i), at.p ? at.p : path, keys, items + i * size);
    }
    *n = (int)count;
    return items;
}

/* ---- the tables ---- */

#define AT(type, member) offsetof(struct type, member)

static const struct key representative_keys[] = {
    {"name", read_text, AT(client_party, representative.name), NULL},
    {"phone", read_text, AT(client_party, representative.phone), NULL},
    {"guardian", read_flag, AT(client_party, representative.guardian), NULL},
    {0},
};

static void read_representative(struct jsonl *x, const json_t *v, const char *path, const struct key *k,
                                void *out)
{
    (void)k;
    ((struct client_party *)out)->has_representative = true;
    read_object(x, v, path, representative_keys, out);
}

static const struct key party_keys[] = {
    {"role", read_word, AT(client_party, role), party_role_words},
    {"kind", read_word, AT(client_party, kind), party_kind_words},
    {"name", read_text, AT(client_party, name), NULL},
    {"identity_kind", read_word, AT(client_party, identity_kind), identity_kind_words},
    {"identity_number", read_text, AT(client_party, identity_number), NULL},
    {"phone", read_text, AT(client_party, phone), NULL},
    {"address_code", read_text, AT(client_party, address_code), NULL},
    {"foreign", read_flag, AT(client_party, foreign), NULL},
    {"minor", read_flag, AT(client_party, minor), NULL},
    {"representative", read_representative, 0, NULL},
    {0},
};
static const struct key link_keys[] = {
    {"agency_ref", read_text, AT(client_link, agency_ref), NULL},
    {"referral_id", read_text, AT(client_link, referral_id), NULL},
    {0},
};
static const struct key attachment_keys[] = {
    {"name", read_text, AT(client_attachment, name), NULL},
    {"uri", read_text, AT(client_attachment, uri), NULL},
    {"sha256", read_digest, AT(client_attachment, sha256), NULL},
    {0},
};

static void read_parties(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    struct client_referral *r = out;
    (void)k;
    r->parties = read_objects(x, v, path, party_keys, sizeof(struct client_party), &r->n_parties);
}

static void read_links(struct jsonl *x, const json_t *v, const char *path, const struct key *k, void *out)
{
    struct client_referral *r = out;
    (void)k;
    r->links = read_objects(x, v, path, link_keys, sizeof(struct client_link), &r->n_links);
}

static void read_attachments(struct jsonl *x, const json_t *v, const char *path, const struct key *k,
                             void *out)
{
    struct client_referral *r = out;
    (void)k;
    r->attachments =
        read_objects(x, v, path, attachment_keys, sizeof(struct client_attachment), &r->n_attachments);
}

static const struct key referral_keys[] = {
    {"channel", read_word, AT(client_referral, channel), channel_words},
    {"mode", read_word, AT(client_referral, mode), mode_words},
    {"agency_ref", read_text, AT(client_referral, agency_ref), NULL},
    {"place", read_text, AT(client_referral, place_code), NULL},
    {"category", read_text, AT(client_referral, category), NULL},
    {"source_category", read_text, AT(client_referral, source_category), NULL},
    {"summary", read_text, AT(client_referral, summary), NULL},
    {"claim", read_claim, 0, NULL},
    {"currency", read_text, AT(client_referral, currency), NULL},
    {"parties", read_parties, 0, NULL},
    {"tags", read_tags, 0, NULL},
    {"risk", read_risk, 0, risk_words},
    {"occurred_on", read_text, AT(client_referral, occurred_on), NULL},
    {"days_ago", read_days_ago, AT(client_referral, occurred_on), NULL},
    {"reply_by", read_text, AT(client_referral, reply_by), NULL},
    {"reply_in_days", read_days_ahead, AT(client_referral, reply_by), NULL},
    {"offence", read_text, AT(client_referral, offence), NULL},
    {"links", read_links, 0, NULL},
    {"attachments", read_attachments, 0, NULL},
    {"agency", read_ignored, 0, NULL}, /* the key says who sends */
    {0},
};

/* ---- a line ---- */

static void finish(struct jsonl *x, struct client_referral *r)
{
    if (r->has_claim && str_empty(r->currency))
        r->currency = STR("CNY");
    if (str_empty(r->agency_ref) && x->ref_prefix)
        r->agency_ref = arena_printf(x->arena, "%s%u", x->ref_prefix, x->line);
    if (str_empty(r->agency_ref))
        fault(x, "agency_ref", "is missing; --ref-prefix TEXT would number the lines");
}

bool jsonl_read(struct jsonl *x, struct str text, struct client_referral *out)
{
    struct client_referral r = {0};
    json_error_t error;
    x->faults = 0;
    json_t *v = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &error);
    if (v) {
        read_object(x, v, "", referral_keys, &r);
        finish(x, &r);
        json_decref(v);
    } else { /* jansson's own text may quote the line */
        fault(x, "", "not one JSON object, at byte %d", error.position);
    }
    if (arena_overflowed(x->arena) && x->faults == 0)
        fault(x, "", "the line is too large");
    if (x->faults == 0)
        *out = r;
    return x->faults == 0;
}
