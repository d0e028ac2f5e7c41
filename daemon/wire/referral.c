/*
 * referral.c - a Referral decoded and checked
 */
#include "wire/referral.h"

#include "base/fold.h"
#include "base/id.h"
#include "wire/alloc.h"
#include "wire/check.h"
#include "wire/limits.h"
#include "wire/parties.h"
#include "wire/scan.h"

#include "referral/v1/referral.pb-c.h"

#define TYPE (&referral__v1__referral__descriptor)
enum { AGENCY_REF_FIELD = 3 };

/* What a check needs beside the message. */
struct desk {
    struct check c;
    struct arena *a;
    const struct ruleset *rs;
    const struct peer *sender;
    int32_t today;
};

static bool is_procuratorate(int channel)
{
    return channel == CHANNEL_PROCURATORATE;
}

/* 刑事和解: a criminal case stands behind it. */
static bool is_criminal(int mode)
{
    return mode == MODE_PROCURATORATE_ARREST_REVIEW || mode == MODE_PROCURATORATE_PROSECUTION_REVIEW ||
           mode == MODE_PROCURATORATE_EXPEDITED;
}

static void check_footing(struct desk *d, const Referral__V1__Referral *m)
{
    int mode = (int)m->mode, channel = (int)m->channel;
    bool channel_known = check_enum(&d->c, AT("channel"), channel_words, channel);
    if (channel_known && channel != (int)d->sender->channel)
        check_fault(&d->c, AT("channel"), FAULT_CHANNEL_NOT_YOURS);
    if (check_enum(&d->c, AT("mode"), mode_words, mode) && channel_known && mode_channel(mode) != channel)
        check_fault(&d->c, AT("mode"), FAULT_MODE_NOT_OF_CHANNEL);
}

static int check_place(struct desk *d, const char *value)
{
    const struct regions *regions = &d->rs->regions;
    struct str code = str_from(value);
    int place = check_division_form(code) ? region_find(regions, code) : -1;
    int home = region_find(regions, d->sender->region_code);
    if (str_empty(code))
        check_fault(&d->c, AT("place_code"), FAULT_FIELD_MISSING);
    else if (place < 0)
        check_fault(&d->c, AT("place_code"), FAULT_REGION_UNKNOWN);
    else if (home < 0 || !region_within(regions, place, home))
        check_fault(&d->c, AT("place_code"), FAULT_REGION_NOT_YOURS);
    return place;
}

static int find_category(const struct ruleset *rs, struct str text)
{
    return str_empty(text) ? -1 : category_find(&rs->categories, text);
}

static void check_claim(struct desk *d, const Referral__V1__Claim *claim)
{
    if (!claim)
        return;
    check_amount(&d->c, AT("claim.amount_minor"), claim->amount_minor);
    check_currency(&d->c, AT("claim.currency"), claim->currency, true);
}

static bool tag_valid(struct str s)
{
    char before = '-';
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (!(ch >= 'a' && ch <= 'z') && !(ch >= '0' && ch <= '9') && !(ch == '-' && before != '-'))
            return false;
        before = ch;
    }
    return before != '-';
}

static void check_tags(struct desk *d, const Referral__V1__Referral *m)
{
    check_count(&d->c, "tags", m->n_tags, LIMIT_TAGS, FAULT_TOO_MANY_ITEMS);
    for (size_t i = 0; i < m->n_tags && i < LIMIT_TAGS; i++) {
        struct str tag = str_from(m->tags[i]);
        if (tag.n > LIMIT_TAG)
            check_fault(&d->c, AT_ITEM("tags", i), FAULT_FIELD_TOO_LONG);
        else if (!tag_valid(tag))
            check_fault(&d->c, AT_ITEM("tags", i), FAULT_TAG_INVALID);
    }
}

static void check_links(struct desk *d, const Referral__V1__Referral *m)
{
    check_count(&d->c, "links", m->n_links, LIMIT_LINKS, FAULT_TOO_MANY_ITEMS);
    for (size_t i = 0; i < m->n_links && i < LIMIT_LINKS; i++) {
        struct str ref = str_from(m->links[i]->agency_ref), id = str_from(m->links[i]->referral_id);
        struct id parsed;
        if (str_empty(ref) && str_empty(id))
            check_fault(&d->c, AT_ITEM("links", i), FAULT_FIELD_MISSING);
        check_text(&d->c, AT_IN("links", i, "agency_ref"), ref.p, LIMIT_AGENCY_REF, false);
        if (id.n && !id_parse(id, &parsed))
            check_fault(&d->c, AT_IN("links", i, "referral_id"), FAULT_ID_INVALID);
    }
}

static void check_attachments(struct desk *d, const Referral__V1__Referral *m)
{
    check_count(&d->c, "attachments", m->n_attachments, LIMIT_ATTACHMENTS, FAULT_TOO_MANY_ITEMS);
    for (size_t i = 0; i < m->n_attachments && i < LIMIT_ATTACHMENTS; i++)
        check_attachment(&d->c, i, m->attachments[i]);
}

static void check_texts(struct desk *d, const Referral__V1__Referral *m)
{
    check_text(&d->c, AT("agency_ref"), m->agency_ref, LIMIT_AGENCY_REF, true);
    check_text(&d->c, AT("source_category"), m->source_category, LIMIT_SOURCE_CATEGORY, false);
    check_text(&d->c, AT("summary"), m->summary, LIMIT_SUMMARY, true);
    check_text(&d->c, AT("offence"), m->offence, LIMIT_OFFENCE, is_criminal((int)m->mode));
    if (m->category[0] && find_category(d->rs, str_from(m->category)) < 0)
        check_fault(&d->c, AT("category"), FAULT_CATEGORY_UNKNOWN);
}

/* An empty Claim, as some encoders write it, asks for nothing. */
static const Referral__V1__Claim *claim_of(const Referral__V1__Referral *m)
{
    bool empty = !m->claim || (m->claim->amount_minor == 0 && !m->claim->currency[0]);
    return empty ? NULL : m->claim;
}

static struct str fold_texts(struct arena *a, struct str summary, struct str source)
{
    struct str folded = fold(a, summary);
    if (str_empty(source) || !folded.p)
        return folded;
    struct str second = fold(a, source);
    char *joined = second.p ? arena_alloc(a, folded.n + 1 + second.n + 1) : NULL;
    if (!joined)
        return (struct str){NULL, 0};
    memcpy(joined, folded.p, folded.n);
    joined[folded.n] = '\n';
    memcpy(joined + folded.n + 1, second.p, second.n);
    return (struct str){joined, folded.n + 1 + second.n};
}

static unsigned risk_bits(const Referral__V1__RiskFlags *r)
{
    if (!r)
        return 0;
    return (r->repeat_calls ? RISK_REPEAT_CALLS : 0u) | (r->violence ? RISK_VIOLENCE : 0u) |
           (r->group ? RISK_GROUP : 0u) | (r->self_harm ? RISK_SELF_HARM : 0u);
}

/* The plain fields; place, parties and days are the caller's. False past the arena's budget. */
static bool fill(struct arena *a, const struct ruleset *rs, const Referral__V1__Referral *m,
                 struct referral *out)
{
    const Referral__V1__Claim *claim = claim_of(m);
    out->channel = (enum channel)m->channel;
    out->mode = (enum mode)m->mode;
    out->agency_ref = str_from(m->agency_ref);
    out->category = find_category(rs, str_from(m->category));
    out->source_category = str_from(m->source_category);
    out->summary = str_from(m->summary);
    out->folded = fold_texts(a, out->summary, out->source_category);
    out->has_claim = claim;
    if (claim) {
        out->claim_minor = claim->amount_minor;
        strncpy(out->currency, claim->currency, sizeof(out->currency) - 1);
    }
    out->tags = wire_str_list(a, m->tags, m->n_tags);
    out->n_tags = (int)m->n_tags;
    out->risk = risk_bits(m->risk);
    out->offence = str_from(m->offence);
    return out->folded.p && out->tags && out->parties;
}

/* Checks everything; false past the arena's budget. */
static bool check_all(struct desk *d, const Referral__V1__Referral *m, struct referral *r)
{
    const struct parties_wish wish = {.today = d->today,
                                      .regions = &d->rs->regions,
                                      .guardians = is_criminal((int)m->mode) ||
                                                   m->mode == (int)MODE_POLICE_MINOR_CRIMINAL};
    check_footing(d, m);
    check_texts(d, m);
    r->place = check_place(d, m->place_code);
    check_claim(d, claim_of(m));
    r->parties = parties_check(&d->c, d->a, m->parties, m->n_parties, &wish);
    r->n_parties = (int)(m->n_parties < LIMIT_PARTIES ? m->n_parties : LIMIT_PARTIES);
    check_tags(d, m);
    r->occurred_on = check_day(&d->c, AT("occurred_on"), m->occurred_on, false, DAY_PAST, d->today);
    r->reply_by =
        check_day(&d->c, AT("reply_by"), m->reply_by, is_procuratorate((int)m->channel), DAY_AHEAD, d->today);
    check_links(d, m);
    check_attachments(d, m);
    return r->parties;
}

/* The bytes unpacked, or NULL with the fault told; bad text is told too, but does not stop it. */
static const Referral__V1__Referral *open_bytes(struct arena *a, struct str bytes, struct faults *faults)
{
    const struct scan_wish wish = {.budget = LIMIT_REFERRAL_MEMORY, .text = true, .faults = faults};
    enum fault_code code = FAULT_OVERSIZE;
    if (bytes.n <= LIMIT_REFERRAL) {
        enum scan_result r = scan_message(TYPE, bytes, &wish);
        const Referral__V1__Referral *m = NULL;
        if (r == SCAN_OK || r == SCAN_BAD_TEXT)
            m = wire_unpack(a, TYPE, bytes, LIMIT_REFERRAL_MEMORY);
        if (m)
            return m;
        code = r == SCAN_TOO_LARGE ? FAULT_OVERSIZE : FAULT_MALFORMED;
    }
    fault_add(faults, code, "%s", "");
    return NULL;
}

/* The agency's number, wherever it can be had: checked as far as showing it needs. */
static struct str peek_agency_ref(struct arena *a, struct str bytes)
{
    struct str ref = scan_peek(bytes, AGENCY_REF_FIELD);
    if (ref.n && ref.n <= LIMIT_AGENCY_REF && text_check(ref, false) == TEXT_OK)
        return arena_str(a, ref);
    return (struct str){NULL, 0};
}

enum referral_verdict referral_decode(struct arena *a, const struct ruleset *rs, const struct peer *sender,
                                      int64_t now_ms, struct str bytes, struct referral *out,
                                      struct str *agency_ref, struct faults *faults)
{
    struct referral r = {.agency = sender->id, .arrived_ms = now_ms, .earlier = {.organisation = -1}};
    *agency_ref = peek_agency_ref(a, bytes);
    const Referral__V1__Referral *m = open_bytes(a, bytes, faults);
    if (!m)
        return REFERRAL_UNDECODABLE;
    struct desk d = {.c = {.faults = faults, .n_told = faults->n},
                     .a = a,
                     .rs = rs,
                     .sender = sender,
                     .today = calendar_day_of_ms(now_ms)};
    bool whole = check_all(&d, m, &r);
    if (faults->n || faults->left_out)
        return REFERRAL_FAULTY;
    if (!whole || !fill(a, rs, m, &r)) {
        fault_add(faults, FAULT_OVERSIZE, "%s", "");
        return REFERRAL_FAULTY;
    }
    *out = r;
    return REFERRAL_OK;
}

static bool reopen_parties(struct arena *a, const struct ruleset *rs, const Referral__V1__Referral *m, int32_t day,
                           struct referral *r)
{
    struct faults ignored = {.arena = a};
    struct check c = {.faults = &ignored};
    const struct parties_wish wish = {.today = day, .regions = &rs->regions};
    r->parties = parties_check(&c, a, m->parties, m->n_parties, &wish);
    r->n_parties = (int)(m->n_parties < LIMIT_PARTIES ? m->n_parties : LIMIT_PARTIES);
    return r->parties;
}

bool referral_reopen(struct arena *a, const struct ruleset *rs, struct str agency, int64_t arrived_ms,
                     struct str bytes, struct referral *out)
{
    struct faults ignored = {.arena = a};
    struct referral r = {.agency = agency, .arrived_ms = arrived_ms, .earlier = {.organisation = -1}};
    const Referral__V1__Referral *m = open_bytes(a, bytes, &ignored);
    if (!m || ignored.n || !word_known(channel_words, (int)m->channel) ||
        !word_known(mode_words, (int)m->mode))
        return false;
    r.place = region_find(&rs->regions, str_from(m->place_code));
    if (r.place < 0 || !reopen_parties(a, rs, m, calendar_day_of_ms(arrived_ms), &r) || !fill(a, rs, m, &r))
        return false;
    if (m->occurred_on[0] && !calendar_parse_day(str_from(m->occurred_on), &r.occurred_on))
        return false;
    if (m->reply_by[0] && !calendar_parse_day(str_from(m->reply_by), &r.reply_by))
        return false;
    *out = r;
    return true;
}
