/*
 * witness.c - a made-up referral written down
 */
#include "ctl/witness.h"

/* ---- what the rules look at ---- */

static void look_at(struct witness_form *f, const struct cond *when, int n)
{
    for (int i = 0; i < n; i++) {
        enum cond_kind kind = when[i].kind;
        f->parties |= kind == COND_PARTY || kind == COND_PARTIES || kind == COND_SAME_VILLAGE;
        f->times |= kind == COND_AGE || kind == COND_AGE_MISSING || kind == COND_ARRIVED ||
                    kind == COND_WORKING_TIME || kind == COND_EARLIER || kind == COND_EARLIER_COUNT;
    }
}

struct witness_form witness_form_of(const struct ruleset *rs)
{
    struct witness_form f = {.rs = rs};
    for (int i = 0; i < rs->n_classifiers; i++)
        look_at(&f, rs->classifiers[i].when, rs->classifiers[i].n_when);
    for (int i = 0; i < rs->n_rules; i++) {
        const struct rule *r = &rs->rules[i];
        look_at(&f, r->when, r->n_when);
        for (int k = 0; k < r->n_rungs; k++)
            f.times |= r->rungs[k].to.open_now || (r->rungs[k].jointly && r->rungs[k].jointly->open_now);
    }
    return f;
}

struct witness_form witness_form_both(struct witness_form a, struct witness_form b)
{
    return (struct witness_form){b.rs, a.parties || b.parties, a.times || b.times};
}

/* ---- YAML ---- */

struct line {
    struct arena *a;
    struct str text;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str more = arena_vprintf(l->a, fmt, ap);
    va_end(ap);
    if (l->text.p && more.p)
        l->text = arena_printf(l->a, STR_FMT STR_FMT, STR_ARG(l->text), STR_ARG(more));
    else
        l->text.p = NULL;
}

/* Letters, digits, hyphens and anything beyond ASCII need no quotes. */
static bool is_plain(struct str s)
{
    bool letter = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
        if (!is_letter && c != '-' && !(c >= '0' && c <= '9'))
            return false;
        letter |= is_letter;
    }
    return letter && s.p[0] != '-';
}

static void add_text(struct line *l, struct str s)
{
    if (is_plain(s)) {
        add(l, STR_FMT, STR_ARG(s));
        return;
    }
    add(l, "\"");
    for (size_t i = 0; i < s.n; i++)
        add(l, s.p[i] == '"' || s.p[i] == '\\' ? "\\%c" : "%c", s.p[i]);
    add(l, "\"");
}

static void add_key(struct line *l, const char *key, struct str s)
{
    if (!s.n)
        return;
    add(l, ", %s: ", key);
    add_text(l, s);
}

static void add_claim(struct line *l, const struct referral *r)
{
    if (!r->has_claim)
        return;
    add(l, ", claim: %lld", (long long)(r->claim_minor / 100));
    if (r->claim_minor % 100)
        add(l, ".%02d", (int)(r->claim_minor % 100));
    if (strncmp(r->currency, "CNY", 4) != 0)
        add(l, ", currency: %.3s", r->currency);
}

static void add_lists(struct line *l, const struct referral *r)
{
    for (int i = 0; i < r->n_tags; i++) {
        add(l, i ? ", " : ", tags: [");
        add_text(l, r->tags[i]);
    }
    add(l, r->n_tags ? "]" : "");
    int n = 0;
    for (const struct word *w = risk_words; w->word; w++) {
        if (r->risk & (unsigned)w->value)
            add(l, "%s%s", n++ ? ", " : ", risk: [", w->word);
    }
    add(l, n ? "]" : "");
}

static void add_parties(struct line *l, const struct witness_form *f, const struct referral *r)
{
    for (int i = 0; i < r->n_parties; i++) {
        const struct party_facts *p = &r->parties[i];
        add(l, "%s{role: %s, kind: %s", i ? ", " : ", parties: [", word_of(party_role_words, (int)p->role),
            word_of(party_kind_words, (int)p->kind));
        add(l, "%s%s", p->foreign ? ", foreign: true" : "", p->minor ? ", minor: true" : "");
        if (p->address >= 0)
            add(l, ", address: \"" STR_FMT "\"", STR_ARG(f->rs->regions.items[p->address].code));
        add(l, "}");
    }
    add(l, r->n_parties ? "]" : "");
}

static void add_times(struct line *l, const struct referral *r)
{
    char text[16];
    int32_t day = calendar_day_of_ms(r->arrived_ms);
    int minute = (int)((r->arrived_ms - calendar_ms_of_day(day)) / 60000);
    add(l, ", at: \"%s %02d:%02d\"", calendar_day_text(day, text), minute / 60, minute % 60);
    if (r->occurred_on)
        add(l, ", occurred_on: %s", calendar_day_text(r->occurred_on, text));
    if (r->earlier.count)
        add(l, ", earlier: {count: %d, days_ago: %d}", r->earlier.count,
            (int)(day - calendar_day_of_ms(r->earlier.last_ms)));
}

struct str witness_given(struct arena *a, const struct witness_form *f, const struct referral *r)
{
    struct line l = {a, STR("{")};
    add(&l, "channel: %s, mode: %s, place: \"" STR_FMT "\"", word_of(channel_words, (int)r->channel),
        word_of(mode_words, (int)r->mode), STR_ARG(f->rs->regions.items[r->place].code));
    add_key(&l, "agency", r->agency);
    if (r->category >= 0)
        add_key(&l, "category", f->rs->categories.items[r->category].code);
    add_key(&l, "text", r->summary);
    add_claim(&l, r);
    add_lists(&l, r);
    add_key(&l, "offence", r->offence);
    add_key(&l, "source_category", r->source_category);
    if (f->parties)
        add_parties(&l, f, r);
    if (f->times)
        add_times(&l, r);
    add(&l, "}");
    return l.text;
}

/* ---- JSON ---- */

static void json_key_text(struct json_out *j, const char *key, struct str s)
{
    if (!s.n)
        return;
    json_key(j, key);
    json_text(j, s);
}

static void json_claim(struct json_out *j, const struct referral *r)
{
    char number[32];
    if (!r->has_claim)
        return;
    snprintf(number, sizeof number, r->claim_minor % 100 ? "%lld.%02d" : "%lld",
             (long long)(r->claim_minor / 100), (int)(r->claim_minor % 100));
    json_key(j, "claim");
    json_raw(j, number);
    if (strncmp(r->currency, "CNY", 4) != 0)
        json_key_text(j, "currency", (struct str){r->currency, 3});
}

static void json_lists(struct json_out *j, const struct referral *r)
{
    if (r->n_tags) {
        json_key(j, "tags");
        json_open(j, '[');
        for (int i = 0; i < r->n_tags; i++)
            json_text(j, r->tags[i]);
        json_close(j, ']');
    }
    if (!r->risk)
        return;
    json_key(j, "risk");
    json_open(j, '[');
    for (const struct word *w = risk_words; w->word; w++) {
        if (r->risk & (unsigned)w->value)
            json_text(j, str_from(w->word));
    }
    json_close(j, ']');
}

static void json_parties(struct json_out *j, const struct witness_form *f, const struct referral *r)
{
    json_key(j, "parties");
    json_open(j, '[');
    for (int i = 0; i < r->n_parties; i++) {
        const struct party_facts *p = &r->parties[i];
        json_open(j, '{');
        json_key_text(j, "role", str_from(word_of(party_role_words, (int)p->role)));
        json_key_text(j, "kind", str_from(word_of(party_kind_words, (int)p->kind)));
        if (p->foreign)
            json_key(j, "foreign"), json_raw(j, "true");
        if (p->minor)
            json_key(j, "minor"), json_raw(j, "true");
        if (p->address >= 0)
            json_key_text(j, "address_code", f->rs->regions.items[p->address].code);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_times(struct json_out *j, const struct referral *r)
{
    char text[40], day_text[16];
    int32_t day = calendar_day_of_ms(r->arrived_ms);
    int minute = (int)((r->arrived_ms - calendar_ms_of_day(day)) / 60000);
    snprintf(text, sizeof text, "%sT%02d:%02d:00+08:00", calendar_day_text(day, day_text), minute / 60,
             minute % 60);
    json_key_text(j, "at", str_from(text));
    if (r->occurred_on)
        json_key_text(j, "occurred_on", str_from(calendar_day_text(r->occurred_on, day_text)));
    if (!r->earlier.count)
        return;
    json_key(j, "earlier");
    json_open(j, '{');
    json_key(j, "count"), json_int(j, r->earlier.count);
    json_key(j, "days_ago"), json_int(j, day - calendar_day_of_ms(r->earlier.last_ms));
    json_close(j, '}');
}

void witness_json(struct json_out *j, const struct witness_form *f, const struct referral *r)
{
    json_open(j, '{');
    json_key_text(j, "channel", str_from(word_of(channel_words, (int)r->channel)));
    json_key_text(j, "mode", str_from(word_of(mode_words, (int)r->mode)));
    json_key_text(j, "place", f->rs->regions.items[r->place].code);
    json_key_text(j, "agency", r->agency);
    if (r->category >= 0)
        json_key_text(j, "category", f->rs->categories.items[r->category].code);
    json_key_text(j, "summary", r->summary);
    json_claim(j, r);
    json_lists(j, r);
    json_key_text(j, "offence", r->offence);
    json_key_text(j, "source_category", r->source_category);
    if (f->parties)
        json_parties(j, f, r);
    if (f->times)
        json_times(j, r);
    json_close(j, '}');
}

const char *doubt_text(enum doubt doubt, const char *unconfirmed)
{
    switch (doubt) {
    case DOUBT_STAGES:
        return "a classifier reads tags or categories that a later one sets, so that what reaches the rules "
               "is only partly known";
    case DOUBT_WEIGHED:
        return "a classifier weighs words, so that what a text becomes is only partly known";
    case DOUBT_UNCONFIRMED:
        return unconfirmed;
    case DOUBT_NONE:
        break;
    }
    return NULL;
}
