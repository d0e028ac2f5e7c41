/*
 * record.c - decisions as they are kept
 */
#include "wire/record.h"

#include "wire/alloc.h"
#include "wire/limits.h"
#include "wire/scan.h"

#include "referral/v1/record.pb-c.h"

static bool name_candidates(struct arena *a, const struct ruleset *rs, const struct decision *d,
                            struct record *out)
{
    struct record_candidate *list = ARENA_ARRAY(a, (size_t)d->n_candidates + 1, struct record_candidate);
    for (int i = 0; list && i < d->n_candidates; i++) {
        const struct candidate *c = &d->candidates[i];
        list[i] = (struct record_candidate){.organisation = rs->roster.items[c->organisation].id,
                                            .rung = c->rung,
                                            .passed = c->passed,
                                            .open = c->open,
                                            .capacity = c->capacity,
                                            .given_ms = c->given_ms,
                                            .partner = c->partner};
    }
    out->candidates = list;
    out->n_candidates = d->n_candidates;
    return list;
}

static bool name_excluded(struct arena *a, const struct ruleset *rs, const int *excluded, int n,
                          struct record *out)
{
    struct str *list = ARENA_ARRAY(a, (size_t)n + 1, struct str);
    for (int i = 0; list && i < n; i++)
        list[i] = rs->roster.items[excluded[i]].id;
    out->excluded = list;
    out->n_excluded = n;
    return list;
}

bool record_of(struct arena *a, const struct ruleset *rs, const struct decision *d, const int *excluded,
               int n_excluded, int64_t arrived_ms, struct record *out)
{
    struct record r = {
        .ruleset = rs->hash,
        .outcome = d->outcome,
        .tags = d->tags,
        .n_tags = d->n_tags,
        .rung = d->rung,
        .code = d->code,
        .respond_within = d->respond_within,
        .finish_within = d->finish_within,
        .truncated = d->truncated,
        .arrived_ms = arrived_ms,
    };
    if (d->rule >= 0) {
        r.rule = rs->rules[d->rule].id;
        r.rule_file = rs->rules[d->rule].file;
        r.rule_line = rs->rules[d->rule].line;
    }
    if (d->classifier >= 0)
        r.classifier = rs->classifiers[d->classifier].id;
    if (d->category >= 0)
        r.category = rs->categories.items[d->category].code;
    if (d->organisation >= 0)
        r.organisation = rs->roster.items[d->organisation].id;
    if (d->partner >= 0)
        r.partner = rs->roster.items[d->partner].id;
    if (!name_candidates(a, rs, d, &r) || !name_excluded(a, rs, excluded, n_excluded, &r))
        return false;
    *out = r;
    return true;
}

void record_add_earlier(struct record *r, const struct ruleset *rs, const struct earlier *e)
{
    r->earlier.count = e->count;
    r->earlier.last_ms = e->last_ms;
    r->earlier.organisation = e->organisation >= 0 ? rs->roster.items[e->organisation].id : STR("");
}

struct earlier record_earlier(const struct record *r, const struct ruleset *rs)
{
    return (struct earlier){.count = r->earlier.count,
                            .last_ms = r->earlier.last_ms,
                            .organisation = str_empty(r->earlier.organisation)
                                                ? -1
                                                : roster_find(&rs->roster, r->earlier.organisation)};
}

static bool pack_candidates(struct arena *a, const struct record *r, Referral__V1__DecisionRecord *m)
{
    size_t n = (size_t)r->n_candidates;
    Referral__V1__CandidateRecord *items = ARENA_ARRAY(a, n + 1, Referral__V1__CandidateRecord);
    m->candidates = ARENA_ARRAY(a, n + 1, Referral__V1__CandidateRecord *);
    if (!items || !m->candidates)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct record_candidate *c = &r->candidates[i];
        referral__v1__candidate_record__init(&items[i]);
        items[i].organisation = wire_z(a, c->organisation);
        items[i].rung = (uint32_t)c->rung;
        items[i].passed = (uint32_t)c->passed;
        items[i].open = c->open;
        items[i].capacity = c->capacity;
        items[i].given_ms = c->given_ms;
        items[i].partner = c->partner;
        m->candidates[i] = &items[i];
    }
    m->n_candidates = n;
    return true;
}

/* NULL when nothing came before: a record of that looks as one from before anybody asked. */
static Referral__V1__EarlierRecord *pack_earlier(struct arena *a, const struct record *r)
{
    Referral__V1__EarlierRecord *m = NULL;
    if (r->earlier.count || r->earlier.last_ms || !str_empty(r->earlier.organisation))
        m = ARENA_NEW(a, Referral__V1__EarlierRecord);
    if (!m)
        return NULL;
    referral__v1__earlier_record__init(m);
    m->count = (uint32_t)r->earlier.count;
    m->last_ms = r->earlier.last_ms;
    m->organisation = wire_z(a, r->earlier.organisation);
    return m;
}

struct str record_encode(struct arena *a, const struct record *r)
{
    Referral__V1__DecisionRecord m = REFERRAL__V1__DECISION_RECORD__INIT;
    m.ruleset_sha256 = wire_bin((struct str){(const char *)r->ruleset.b, sizeof(r->ruleset.b)});
    m.outcome = (uint32_t)r->outcome;
    m.rule = wire_z(a, r->rule);
    m.rule_file = wire_z(a, r->rule_file);
    m.rule_line = r->rule_line;
    m.classifier = wire_z(a, r->classifier);
    m.category = wire_z(a, r->category);
    m.tags = wire_z_list(a, r->tags, r->n_tags);
    m.n_tags = m.tags ? (size_t)r->n_tags : 0;
    m.rung = r->rung;
    m.organisation = wire_z(a, r->organisation);
    m.code = wire_z(a, r->code);
    m.respond_count = (uint32_t)r->respond_within.count;
    m.respond_unit = (uint32_t)r->respond_within.unit;
    m.finish_count = (uint32_t)r->finish_within.count;
    m.finish_unit = (uint32_t)r->finish_within.unit;
    m.truncated = r->truncated;
    m.excluded = wire_z_list(a, r->excluded, r->n_excluded);
    m.n_excluded = m.excluded ? (size_t)r->n_excluded : 0;
    m.arrived_ms = r->arrived_ms;
    m.operator_ = wire_z(a, r->by);
    m.partner = wire_z(a, r->partner);
    m.earlier = pack_earlier(a, r);
    if (!pack_candidates(a, r, &m))
        return (struct str){NULL, 0};
    return wire_pack(a, &m);
}

static bool read_candidates(struct arena *a, const Referral__V1__DecisionRecord *m, struct record *out)
{
    struct record_candidate *list = ARENA_ARRAY(a, m->n_candidates + 1, struct record_candidate);
    for (size_t i = 0; list && i < m->n_candidates; i++) {
        const Referral__V1__CandidateRecord *c = m->candidates[i];
        list[i] = (struct record_candidate){.organisation = str_from(c->organisation),
                                            .rung = (int)c->rung,
                                            .passed = (enum passed)c->passed,
                                            .open = c->open,
                                            .capacity = c->capacity,
                                            .given_ms = c->given_ms,
                                            .partner = c->partner};
    }
    out->candidates = list;
    out->n_candidates = (int)m->n_candidates;
    return list;
}

bool record_decode(struct arena *a, struct str bytes, struct record *out)
{
    const ProtobufCMessageDescriptor *type = &referral__v1__decision_record__descriptor;
    const struct scan_wish wish = {.budget = LIMIT_DECODE_MEMORY};
    const Referral__V1__DecisionRecord *m = NULL;
    if (scan_message(type, bytes, &wish) == SCAN_OK)
        m = wire_unpack(a, type, bytes, LIMIT_DECODE_MEMORY);
    if (!m || m->ruleset_sha256.len != sizeof(out->ruleset.b))
        return false;
    struct record r = {
        .outcome = (enum outcome)m->outcome,
        .rule = str_from(m->rule),
        .rule_file = str_from(m->rule_file),
        .rule_line = m->rule_line,
        .classifier = str_from(m->classifier),
        .category = str_from(m->category),
        .tags = wire_str_list(a, m->tags, m->n_tags),
        .n_tags = (int)m->n_tags,
        .rung = m->rung,
        .organisation = str_from(m->organisation),
        .code = str_from(m->code),
        .respond_within = {(int)m->respond_count, (enum duration_unit)m->respond_unit},
        .finish_within = {(int)m->finish_count, (enum duration_unit)m->finish_unit},
        .truncated = m->truncated,
        .excluded = wire_str_list(a, m->excluded, m->n_excluded),
        .n_excluded = (int)m->n_excluded,
        .arrived_ms = m->arrived_ms,
        .by = str_from(m->operator_),
        .partner = str_from(m->partner),
    };
    if (m->earlier) {
        r.earlier.count = (int)m->earlier->count;
        r.earlier.last_ms = m->earlier->last_ms;
        r.earlier.organisation = str_from(m->earlier->organisation);
    }
    memcpy(r.ruleset.b, m->ruleset_sha256.data, sizeof(r.ruleset.b));
    if (!r.tags || !r.excluded || !read_candidates(a, m, &r))
        return false;
    *out = r;
    return true;
}
