/* case.c - may this event happen to this referral, and what does it need */
#include "role/keeper/case.h"

#include "store/bind.h"
#include "wire/limits.h"
#include "wire/record.h"
#include "wire/referral.h"

static enum db_result refuse(struct case_file *c, enum fault_code code, const char *field)
{
    fault_add(&c->work->event.faults, code, "%s", field);
    return DB_OK;
}

/* Done before, or no longer called for: nothing is written, and the asker may be content. */
static enum db_result repeated(struct case_file *c)
{
    c->work->event.done = true;
    c->work->event.repeat = true;
    return DB_OK;
}

const struct mode_policy *case_policy(const struct case_file *c)
{
    return &c->work->snapshot->rules->policies.modes[c->docket->mode];
}

bool case_needs_bytes(enum event e)
{
    return e == EVENT_DECLINE || e == EVENT_LAPSE || e == EVENT_ASSIGN || e == EVENT_ERASE || e == EVENT_FOLLOW_UP ||
           e == EVENT_REROUTE || e == EVENT_OVERRUN;
}

bool case_needs_record(enum event e)
{
    return e == EVENT_DECLINE || e == EVENT_LAPSE || e == EVENT_ASSIGN || e == EVENT_REROUTE || e == EVENT_OVERRUN;
}

static bool from_organisation(const struct case_file *c)
{
    return !id_is_zero(c->work->event.assignment) && c->work->origin == ORIGIN_DISPATCH;
}

/*
 * Said before, and done: the newest answer once more, or one whose effect stands. Terms do not matter then, nor what was
 * said since.
 */
static bool said_before(const struct case_file *c, const struct assignment_row *row)
{
    const struct work_event *e = &c->work->event;
    if (row->answered && digest_eq(row->answer, e->answer_digest))
        return true;
    switch (e->event) {
    case EVENT_ACCEPT:
        return row->status == ASSIGNMENT_ACCEPTED || row->status == ASSIGNMENT_CONCLUDED;
    case EVENT_DECLINE:
        return row->status == ASSIGNMENT_DECLINED;
    case EVENT_CONCLUDE:
        return row->status == ASSIGNMENT_CONCLUDED && c->docket->conclusion == (int)e->answer.conclusion;
    default:
        return false;
    }
}

static bool is_open(const struct assignment_row *a)
{
    return a->status == ASSIGNMENT_OFFERED || a->status == ASSIGNMENT_ACCEPTED;
}

/* The partner in joint mediation joins, or does not; everything else is the lead's to say. */
static bool partner_admitted(struct case_file *c)
{
    const struct work *w = c->work;
    bool current = id_eq(c->docket->partner.id, c->named.id);
    const struct assignment_row *row = current ? &c->docket->partner : &c->named;
    if (!peer_serves(&w->snapshot->peers->items[w->peer], row->organisation))
        refuse(c, FAULT_ORGANISATION_NOT_YOURS, "assignment_id");
    else if (said_before(c, row))
        repeated(c);
    else if (!is_open(row) || !current)
        refuse(c, FAULT_ASSIGNMENT_CLOSED, "assignment_id");
    else if (w->event.event != EVENT_ACCEPT && w->event.event != EVENT_DECLINE)
        refuse(c, FAULT_STATE_FORBIDS, "assignment_id");
    else if (w->event.answer.term != (uint32_t)row->term)
        refuse(c, FAULT_STALE_TERM, "term");
    else
        return true;
    return false;
}

/* An organisation's answer: true when it may go on; else it is refused or recognised as a repeat. */
static bool answer_admitted(struct case_file *c)
{
    const struct work *w = c->work;
    if (c->named.role == ROLE_PARTNER)
        return partner_admitted(c);
    bool current = id_eq(c->docket->current.id, c->named.id);
    const struct assignment_row *row = current ? &c->docket->current : &c->named;
    if (!peer_serves(&w->snapshot->peers->items[w->peer], row->organisation))
        refuse(c, FAULT_ORGANISATION_NOT_YOURS, "assignment_id");
    else if (said_before(c, row))
        repeated(c);
    else if (w->event.event == EVENT_FOLLOW_UP ? !current || row->status == ASSIGNMENT_OFFERED : !is_open(row) || !current)
        refuse(c, w->event.event == EVENT_FOLLOW_UP && current ? FAULT_STATE_FORBIDS : FAULT_ASSIGNMENT_CLOSED, "assignment_id");
    else if (w->event.event != EVENT_FOLLOW_UP && w->event.answer.term != (uint32_t)row->term)
        refuse(c, FAULT_STALE_TERM, "term");
    else
        return true;
    return false;
}

/* What was due when the timer looked must still be due, or something happened in between. */
static bool still_due(const struct case_file *c)
{
    const struct work_event *e = &c->work->event;
    return e->event == EVENT_RECOUNT || (c->docket->wake == (int)e->event && c->docket->wake_ms == e->wake_ms);
}

static enum db_result supplement_known(struct ledger *l, struct case_file *c, bool *known)
{
    const struct request_supplement *s = &c->work->event.supplement;
    struct supplement_row row = {.referral = c->referral, .supplement_ref = s->supplement_ref};
    enum db_result r = batch_find_supplements(l->batch, &row, 1);
    *known = row.found || row.in_all >= LIMIT_SUPPLEMENTS;
    if (r != DB_OK || !*known)
        return r;
    if (!row.found)
        return refuse(c, FAULT_TOO_MANY_ITEMS, "supplement_ref");
    if (!digest_eq(row.content, s->digest))
        return refuse(c, FAULT_STATE_FORBIDS, "supplement_ref");
    c->work->event.journal_seq = row.seq;
    return repeated(c);
}

/* An operator's act that was committed before, when the answer to it got lost. */
static bool acted_before(const struct case_file *c)
{
    const struct docket_row *d = c->docket;
    switch (c->work->event.event) {
    case EVENT_ASSIGN:
        return d->state == STATE_OFFERED && str_eq(d->organisation, c->work->event.organisation);
    case EVENT_RETURN:
        return d->state == STATE_RETURNED;
    case EVENT_ERASE:
        return !state_open((enum state)d->state) && str_empty(d->sealed);
    case EVENT_REROUTE: /* or declined, lapsed or placed by hand meanwhile: the rules that decided then are not the ones meant */
        return d->decisions != c->work->event.decisions;
    default:
        return false;
    }
}

/* Everything that may end an event before its transition is looked up. */
static enum db_result admitted(struct ledger *l, struct case_file *c, bool *go_on)
{
    bool known = false;
    enum db_result r = DB_OK;
    *go_on = false;
    if (from_organisation(c)) {
        *go_on = answer_admitted(c);
        return DB_OK;
    }
    if (c->work->origin == ORIGIN_TIMER && !still_due(c))
        return repeated(c);
    if (c->work->origin == ORIGIN_CONTROL && acted_before(c))
        return repeated(c);
    if (c->work->event.event == EVENT_WITHDRAW && c->docket->state == STATE_WITHDRAWN)
        return repeated(c);
    if (c->work->event.event == EVENT_SUPPLEMENT)
        r = supplement_known(l, c, &known);
    *go_on = r == DB_OK && !known;
    return r;
}

/*
 * Organisations that had it before and did not take it, and the one that has it now, by index in this snapshot. To be decided
 * anew by better rules is not held against who has it.
 */
static const int *excluded(struct ledger *l, const struct case_file *c, int *n)
{
    int first = c->event == EVENT_REROUTE ? 0 : -1;
    const struct roster *roster = &c->work->snapshot->rules->roster;
    int *out = ARENA_ARRAY(l->arena, (size_t)c->docket->n_former + 1, int);
    *n = 0;
    if (!out)
        return NULL;
    for (int i = first; i < c->docket->n_former; i++) {
        int org = roster_find(roster, i < 0 ? c->docket->organisation : c->docket->former[i]);
        bool seen = false;
        for (int j = 0; j < *n && !seen; j++)
            seen = out[j] == org;
        if (org >= 0 && !seen)
            out[(*n)++] = org;
    }
    return out;
}

/* Reads the referral back from its sealed bytes, with what the rules were told came before. False when it was erased or
 * cannot be opened. */
static bool reopen(struct ledger *l, struct case_file *c)
{
    char bind[BIND_SIZE];
    const struct ruleset *rules = c->work->snapshot->rules;
    struct record last;
    struct str bytes = {0};
    if (!str_empty(c->docket->sealed))
        bytes = unseal(l->office->personal, l->arena, c->docket->sealed, bind_referral(bind, c->referral));
    if (!bytes.p || !referral_reopen(l->arena, rules, c->agency, id_ms(c->referral), bytes, &c->facts))
        return false;
    if (record_decode(l->arena, c->docket->record, &last))
        c->facts.earlier = record_earlier(&last, rules);
    return true;
}

/* Decides anew, without those that had it. */
static enum db_result prepare_replacement(struct ledger *l, struct case_file *c)
{
    struct snapshot *s = c->work->snapshot;
    bool reroute = c->event == EVENT_REROUTE;
    int n;
    const int *out = excluded(l, c, &n);
    if (!out)
        return DB_AGAIN;
    if (!reopen(l, c)) {
        c->why_manual = STR("unreadable");
        return DB_OK;
    }
    c->placing = (struct placing){.snapshot = s, .referral = &c->facts, .excluded = out, .n_excluded = n, .decision = &c->decision,
                                  .holder = reroute ? c->docket->organisation : STR(""), .turn = {.organisation = -1}};
    if (!ledger_decide_anew(l, &c->placing, snapshot_load(s)))
        return DB_AGAIN;
    c->moves = true;
    return DB_OK;
}

/* What the rules make of it, category and tags, with the organisation an operator chose. */
static bool decide_by_hand(struct ledger *l, struct case_file *c, int org)
{
    const struct ruleset *rules = c->work->snapshot->rules;
    const struct mode_policy *policy = case_policy(c);
    struct decision by_rules = {.classifier = -1, .category = -1};
    bool opened = reopen(l, c);
    if (opened && !decide(l->arena, rules, &c->facts, NULL, 0, snapshot_load(c->work->snapshot), &by_rules))
        return false;
    c->decision = (struct decision){
        .outcome = OUTCOME_ASSIGNED,
        .rule = -1,
        .classifier = by_rules.classifier,
        .category = by_rules.category,
        .tags = by_rules.tags,
        .n_tags = by_rules.n_tags,
        .rung = -1,
        .organisation = org,
        .partner = -1,
        .respond_within = policy->respond_within,
        .finish_within = policy->finish_within,
    };
    c->placing = (struct placing){.snapshot = c->work->snapshot, .referral = opened ? &c->facts : NULL, .decision = &c->decision};
    return true;
}

/* An operator names the organisation; its place is claimed at once, or the act is refused. */
static enum db_result prepare_offer(struct ledger *l, struct case_file *c)
{
    const struct ruleset *rules = c->work->snapshot->rules;
    int org = roster_find(&rules->roster, c->work->event.organisation);
    struct claim claim = {.organisation = c->work->event.organisation, .wanted = 1};
    enum db_result r;
    if (org < 0 || rules->roster.items[org].closed) {
        c->transition = NULL;
        return refuse(c, FAULT_STATE_FORBIDS, "organisation");
    }
    claim.city = region_city(&rules->regions, rules->roster.items[org].region);
    r = batch_claim(l->batch, &claim, 1);
    if (r == DB_OK && claim.granted == 0) {
        c->transition = NULL;
        return refuse(c, FAULT_STATE_FORBIDS, "organisation.capacity");
    }
    if (r == DB_OK) {
        batch_give(l->batch, claim.city, claim.organisation, l->now_ms);
        snapshot_note_given(c->work->snapshot, org, l->now_ms);
    }
    if (r == DB_OK && !decide_by_hand(l, c, org))
        r = DB_AGAIN;
    return r;
}

/* What the channel asks of an outcome, beyond what every outcome needs (wire/answers.c). */
static bool outcome_complete(struct case_file *c)
{
    const struct request_answer *a = &c->work->event.answer;
    const struct mode_policy *policy = case_policy(c);
    bool settled = a->conclusion == CONCLUSION_AGREED || a->conclusion == CONCLUSION_SETTLED_WITHDRAWN;
    if (a->conclusion == CONCLUSION_AGREED && !(policy->agreements & (uint64_t)1 << a->agreement_kind))
        refuse(c, FAULT_STATE_FORBIDS, "agreement_kind");
    else if (!settled && policy->report_on_failure && str_empty(a->text))
        refuse(c, FAULT_OUTCOME_INCOMPLETE, "text");
    else
        return true;
    return false;
}

static bool details_admitted(struct ledger *l, struct case_file *c)
{
    const struct work_event *e = &c->work->event;
    const struct calendar *calendar = &c->work->snapshot->rules->calendar;
    const struct mode_policy *policy = case_policy(c);
    if ((c->event == EVENT_EXTEND || c->event == EVENT_SUSPEND) && clocks_full(&c->clocks)) {
        refuse(c, FAULT_TOO_MANY_ITEMS, "kind");
        return false;
    }
    bool once_more = c->docket->conclusion != 0; /* the time for a second mediation is what the law gives */
    if (c->event == EVENT_EXTEND && (once_more || !clocks_may_stretch(&c->clocks, policy, calendar, e->answer.on, l->now_ms))) {
        bool never = once_more || !policy->extends;
        refuse(c, never ? FAULT_STATE_FORBIDS : FAULT_DATE_TOO_FAR, never ? "kind" : "until");
        return false;
    }
    if (c->event == EVENT_FOLLOW_UP && c->docket->conclusion != CONCLUSION_AGREED) {
        refuse(c, FAULT_STATE_FORBIDS, "kind");
        return false;
    }
    if (c->event == EVENT_SUSPEND && !(policy->stops_for & 1u << e->answer.suspension)) {
        refuse(c, FAULT_STATE_FORBIDS, "suspension");
        return false;
    }
    return (c->event != EVENT_CONCLUDE && c->event != EVENT_FAIL) || outcome_complete(c);
}

/* A first failure where the agency may ask for a second mediation. Whoever will not mediate is not asked twice. */
static bool fails_once(const struct case_file *c)
{
    enum conclusion why = c->work->event.answer.conclusion;
    return c->event == EVENT_CONCLUDE && c->docket->state == STATE_ACCEPTED && c->docket->conclusion == 0 &&
           case_policy(c)->second_within.count > 0 && (why == CONCLUSION_TOO_FAR_APART || why == CONCLUSION_REFUSED_TO_SIGN);
}

/* The same message may mean different things: to whom it is said, and how often. */
static enum event event_of(const struct case_file *c)
{
    if (c->named.role == ROLE_PARTNER)
        return c->event == EVENT_ACCEPT ? EVENT_JOIN : EVENT_STAND_ASIDE;
    return fails_once(c) ? EVENT_FAIL : c->event;
}

enum db_result case_open(struct ledger *l, struct case_file *c)
{
    bool go_on;
    enum db_result r;
    c->event = c->work->event.event;
    if (!c->docket->found)
        return refuse(c, FAULT_REFERRAL_UNKNOWN, "referral_id");
    if (!due_read(l->arena, c->docket, &c->clocks))
        return DB_AGAIN;
    r = admitted(l, c, &go_on);
    if (r != DB_OK || !go_on)
        return r;
    c->event = event_of(c);
    c->transition = lifecycle_next((enum state)c->docket->state, c->event);
    if (!c->transition)
        return refuse(c, FAULT_STATE_FORBIDS, "");
    c->passed = clocks_agenda(&c->clocks, case_policy(c), &c->work->snapshot->rules->calendar).of;
    if (!details_admitted(l, c)) {
        c->transition = NULL;
        return DB_OK;
    }
    if (c->transition->effect == EFFECT_REPLACE)
        return prepare_replacement(l, c);
    if (c->transition->effect == EFFECT_OFFER)
        return prepare_offer(l, c);
    return DB_OK;
}
