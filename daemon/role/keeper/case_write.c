/* case_write.c - an admitted event written down: docket, assignment, load, journal */
#include "role/keeper/case.h"

#include "base/log.h"
#include "store/bind.h"
#include "role/office/notice.h"
#include "wire/journal.h"

#include <stdio.h>

static const struct ruleset *rules_of(const struct case_file *c)
{
    return c->work->snapshot->rules;
}

static struct str organisation_name(const struct case_file *c, struct str id)
{
    int i = roster_find(&rules_of(c)->roster, id);
    return i < 0 ? STR("") : rules_of(c)->roster.items[i].name;
}

/* Nothing more is awaited after this: performance, or a failure that the agency or the court has to act on. */
static bool settles(enum follow_up_kind kind)
{
    return kind == FOLLOW_UP_PERFORMED || kind == FOLLOW_UP_BREACHED || kind == FOLLOW_UP_CONFIRMATION_REFUSED;
}

/* Where the transition leads, of the two ways it may have. A replacement knows only once it is placed. */
static enum state next_state(const struct case_file *c)
{
    const struct transition *t = c->transition;
    const struct work_event *e = &c->work->event;
    const struct clock *k = clocks_find(&c->clocks, DUE_FOLLOW_UP);
    bool other = false;
    if (t->effect == EFFECT_REPLACE)
        other = !str_empty(c->why_manual) || c->decision.outcome != OUTCOME_ASSIGNED;
    else if (c->event == EVENT_CONCLUDE)
        other = e->answer.conclusion == CONCLUSION_AGREED && case_policy(c)->follow_up_within.count > 0;
    else if (c->event == EVENT_FOLLOW_UP)
        other = settles(e->answer.follow_up);
    else if (c->event == EVENT_UNFOLLOWED)
        other = k && k->told >= case_policy(c)->follow_up_reminders;
    return other && t->or ? t->or : t->to;
}

static const char *coded_reason(const struct case_file *c)
{
    const struct work_event *e = &c->work->event;
    switch (c->event) {
    case EVENT_DECLINE:
        return word_of(decline_reason_words, (int)e->answer.decline);
    case EVENT_CONTACT:
    case EVENT_NOTE:
    case EVENT_SUSPECT:
    case EVENT_SUSPEND:
    case EVENT_RESUME:
    case EVENT_EXTEND:
        return word_of(progress_kind_words, (int)e->answer.progress);
    case EVENT_REROUTE:
        return "rules-changed";
    case EVENT_RECOUNT:
        return "calendar-changed";
    case EVENT_JOIN:
        return "partner-joined";
    case EVENT_STAND_ASIDE:
        return "partner-declined";
    case EVENT_FAIL:
        return word_of(conclusion_words, (int)e->answer.conclusion);
    case EVENT_UNDECIDED:
    case EVENT_OVERRUN:
    case EVENT_WARN:
    case EVENT_OVERDUE:
    case EVENT_REMIND:
    case EVENT_UNFOLLOWED:
        return word_of(due_words, (int)c->passed);
    default:
        return "";
    }
}

/* Which end the event is, of those that may mean something to the agency; 0: none. */
static int end_of(const struct case_file *c, const struct docket_write *d)
{
    switch (c->event) {
    case EVENT_CONCLUDE:
    case EVENT_UNDECIDED:
        return d->conclusion;
    case EVENT_FAIL:
        return END_FAILED_ONCE;
    case EVENT_SUSPECT:
        return END_STOPPED;
    case EVENT_RETURN:
        return END_RETURNED;
    case EVENT_UNFOLLOWED:
        return d->state == STATE_CONCLUDED ? END_UNFOLLOWED : 0;
    case EVENT_FOLLOW_UP:
        switch (c->work->event.answer.follow_up) {
        case FOLLOW_UP_PERFORMED:
            return END_PERFORMED;
        case FOLLOW_UP_BREACHED:
            return END_BREACHED;
        case FOLLOW_UP_CONFIRMATION_REFUSED:
            return END_CONFIRMATION_REFUSED;
        case FOLLOW_UP_CONFIRMATION_APPLIED:
        case FOLLOW_UP_CONFIRMATION_GRANTED:
        case FOLLOW_UP_PERFORMING:
            return 0;
        }
        return 0;
    default:
        return 0;
    }
}

static bool of_partner(const struct case_file *c)
{
    return c->event == EVENT_JOIN || c->event == EVENT_STAND_ASIDE;
}

static struct step first_step(const struct case_file *c, const struct docket_write *d)
{
    const struct work_event *e = &c->work->event;
    struct step s = {
        .kind = c->transition->step,
        .referral = c->referral,
        .agency_ref = c->docket->agency_ref,
        .state = (enum state)d->state,
        .organisation_id = c->docket->organisation,
        .organisation_name = organisation_name(c, c->docket->organisation),
        .assignment = id_is_zero(c->docket->assignment) ? NULL : &c->docket->assignment,
        .reason = str_from(coded_reason(c)),
        .conclusion = c->event == EVENT_UNDECIDED ? (enum conclusion)d->conclusion : e->answer.conclusion,
        .agreement_kind = e->answer.agreement_kind,
        .agreement_minor = e->answer.agreement_minor,
        .currency = e->answer.currency,
        .follow_up = e->answer.follow_up,
        .mediator = e->answer.mediator,
        .suspension = e->answer.suspension,
        .agency_action = case_policy(c)->ends[end_of(c, d)],
        .actor = c->work->actor,
    };
    if (of_partner(c)) {
        s.partner_id = c->docket->partner.organisation;
        s.partner_name = organisation_name(c, s.partner_id);
    }
    due_tell(&s, &c->agenda);
    return s;
}

/* Who has it now, or why nobody. */
static void move(struct ledger *l, struct case_file *c, struct docket_write *d)
{
    d->assignment = (struct id){0};
    d->organisation = STR("");
    d->reason = STR("");
    if (d->state == STATE_MANUAL) {
        d->reason = str_empty(c->why_manual) ? c->decision.code : c->why_manual;
        return;
    }
    const struct organisation *org = &rules_of(c)->roster.items[c->decision.organisation];
    d->assignment = id_new(l->now_ms, id_city(c->referral));
    d->organisation = org->id;
    c->went_to = org->name;
}

/* The new decision and the offer that follows, as rows. */
static bool write_move(struct ledger *l, struct case_file *c, struct docket_write *d)
{
    struct new_assignment offer = {
        .referral = c->referral,
        .assignment = d->assignment,
        .agency = c->agency,
        .snapshot = c->work->snapshot,
        .decision = &c->decision,
    };
    struct str by = c->transition->effect == EFFECT_OFFER ? c->work->actor : STR("");
    if (!str_empty(c->why_manual))
        return true; /* not decided anew */
    d->decisions++;
    return (d->state != STATE_OFFERED || ledger_offer(l, &offer, d->due_ms)) &&
           ledger_decision(l, c->referral, d->decisions, &c->placing, id_ms(c->referral), by);
}

/* The second step of a replacement, and the one of an operator's offer: where it went. */
static bool step_of_offer(struct ledger *l, struct case_file *c, const struct docket_write *d)
{
    struct step s = {
        .kind = d->state == STATE_OFFERED ? STEP_ASSIGNED : STEP_QUEUED,
        .referral = c->referral,
        .agency_ref = c->docket->agency_ref,
        .state = (enum state)d->state,
        .organisation_id = d->organisation,
        .organisation_name = organisation_name(c, d->organisation),
        .assignment = id_is_zero(d->assignment) ? NULL : &d->assignment,
        .rule = c->decision.rule >= 0 && str_empty(c->why_manual) ? rules_of(c)->rules[c->decision.rule].id : STR(""),
        .ruleset = &rules_of(c)->hash,
        .reason = d->reason,
        .actor = c->transition->effect == EFFECT_OFFER ? c->work->actor : STR("rules"),
    };
    due_tell(&s, &c->agenda);
    if (d->state == STATE_OFFERED)
        ledger_name_partner(&s, rules_of(c), &c->decision);
    return ledger_step(l, c->head, &s, STR(""), NULL, 0);
}

static const struct {
    enum assignment_status status;
    const char *told; /* to the receiver; NULL: it knows */
} closings[EVENT_LIMIT] = {
    [EVENT_DECLINE] = {ASSIGNMENT_DECLINED, NULL},
    [EVENT_LAPSE] = {ASSIGNMENT_LAPSED, "lapsed"},
    [EVENT_CONCLUDE] = {ASSIGNMENT_CONCLUDED, NULL},
    [EVENT_WITHDRAW] = {ASSIGNMENT_CANCELLED, "withdrawn"},
    [EVENT_REROUTE] = {ASSIGNMENT_MOVED, "reassigned"},
    [EVENT_UNDECIDED] = {ASSIGNMENT_CONCLUDED, "undecided"},
    [EVENT_OVERRUN] = {ASSIGNMENT_LAPSED, "lapsed"},
};

/* What a receiver, or a person looking at the assignment, is shown of the clocks. */
static void note_limits(const struct case_file *c, struct assignment_change *change)
{
    const struct calendar *cal = &rules_of(c)->calendar;
    const struct clock *respond = clocks_find(&c->clocks, DUE_RESPOND), *finish = clocks_find(&c->clocks, DUE_FINISH);
    if (respond)
        change->respond_by_ms = timelimit_end(cal, &respond->limit).ms;
    if (finish && !timelimit_stopped(&finish->limit))
        change->finish_by_ms = timelimit_end(cal, &finish->limit).ms;
}

/* What others have done, whoever has it is told. */
static unsigned news_of(const struct case_file *c)
{
    int origin = c->work->origin;
    return origin == ORIGIN_TIMER || origin == ORIGIN_INTAKE ? 1u << c->transition->step : 0;
}

static const struct digest nothing_said;

/* The partner's answer, and word of it to the lead. */
static bool write_partner(struct ledger *l, struct case_file *c)
{
    const struct assignment_row *p = &c->docket->partner, *lead = &c->docket->current;
    bool joins = c->event == EVENT_JOIN;
    const struct assignment_change change = {
        .id = p->id,
        .status = joins ? ASSIGNMENT_ACCEPTED : ASSIGNMENT_DECLINED,
        .closed_ms = joins ? 0 : l->now_ms,
        .answer = &c->work->event.answer_digest,
    };
    const struct assignment_change told = {.id = lead->id, .status = lead->status, .notices = 1u << STEP_PROGRESS};
    ledger_notice(l, NOTICE_NEWS, id_city(c->referral), lead->organisation, &lead->id, NULL);
    return batch_change_assignment(l->batch, &change) && batch_change_assignment(l->batch, &told);
}

/* What ends the lead's part ends the partner's. It has no place to give back. */
static bool close_partner(struct ledger *l, const struct case_file *c, enum assignment_status lead)
{
    const struct assignment_row *p = &c->docket->partner;
    struct assignment_change change = {.id = p->id, .status = ASSIGNMENT_CANCELLED, .closed_ms = l->now_ms};
    if (!p->found || (p->status != ASSIGNMENT_OFFERED && p->status != ASSIGNMENT_ACCEPTED))
        return true;
    if (lead == ASSIGNMENT_CONCLUDED) {
        change.status = ASSIGNMENT_CONCLUDED;
        change.notices = 1u << STEP_CONCLUDED;
    } else if (lead != ASSIGNMENT_CANCELLED) {
        change.status = ASSIGNMENT_MOVED;
    }
    ledger_notice(l, NOTICE_NEWS, id_city(c->referral), p->organisation, &p->id, NULL);
    return batch_change_assignment(l->batch, &change);
}

/* What happens to the assignment that the referral has now. */
static bool write_assignment(struct ledger *l, struct case_file *c, const struct docket_write *d)
{
    const struct assignment_row *a = &c->docket->current;
    enum event event = c->event;
    bool closes = c->transition->effect == EFFECT_CLOSE || c->transition->effect == EFFECT_REPLACE;
    struct assignment_change change = {.id = a->id, .status = a->status};
    if (!a->found)
        return true;
    if (of_partner(c))
        return write_partner(l, c);
    if (c->work->origin == ORIGIN_DISPATCH)
        change.answer = &c->work->event.answer_digest;
    if (event == EVENT_PROCEED)
        change.answer = &nothing_said; /* what is said from now on is said anew, if in the same words */
    if (event == EVENT_ACCEPT)
        change.status = ASSIGNMENT_ACCEPTED;
    if (!closes)
        note_limits(c, &change);
    if (closes) {
        change.status = (int)closings[event].status;
        change.closed_ms = l->now_ms;
        if (!batch_release(l->batch, a->org_city, a->organisation) || !close_partner(l, c, closings[event].status))
            return false;
    }
    if (state_open((enum state)d->state) || change.status == ASSIGNMENT_CONCLUDED)
        change.notices = news_of(c);
    if (change.notices || (closes && closings[event].told))
        ledger_notice(l, NOTICE_NEWS, id_city(c->referral), a->organisation, &a->id, closings[event].told);
    return batch_change_assignment(l->batch, &change);
}

static bool write_supplement(struct ledger *l, struct case_file *c)
{
    const struct request_supplement *s = &c->work->event.supplement;
    char bind[BIND_LONG_SIZE];
    struct supplement_row row = {
        .referral = c->referral, .supplement_ref = s->supplement_ref, .content = s->digest, .seq = c->head->seq};
    row.sealed = seal(l->office->personal, l->arena, s->bytes, bind_supplement(bind, c->referral, s->supplement_ref));
    return row.sealed.p && batch_add_supplement(l->batch, &row);
}

/* State, clocks and offer after the event. */
static bool settle(struct ledger *l, struct case_file *c, struct docket_write *d)
{
    bool moves = c->transition->effect == EFFECT_REPLACE || c->transition->effect == EFFECT_OFFER;
    const struct assignment_row *a = &c->docket->current;
    struct clock_event event = {
        .policy = case_policy(c),
        .respond_within = c->decision.respond_within,
        .finish_within = {a->finish_count, (enum duration_unit)a->finish_unit},
        .until = c->work->event.answer.on,
        .now_ms = l->now_ms,
    };
    d->state = (int)next_state(c);
    event.to = (enum state)d->state;
    if (moves)
        move(l, c, d);
    if (d->state != c->docket->state || c->transition->effect == EFFECT_REPLACE)
        d->changed_ms = l->now_ms;
    return due_write(l, rules_of(c), &c->clocks, c->transition->clocks, &event, d, &c->agenda) && (!moves || write_move(l, c, d));
}

/* The event's own step, with what was said; of a referral whose personal data is erased, no more of it is kept. */
static bool write_step(struct ledger *l, struct case_file *c, struct step *step)
{
    const struct work_event *e = &c->work->event;
    bool erased = case_needs_bytes(c->event) && str_empty(c->docket->sealed);
    if (erased)
        return ledger_step(l, c->head, step, STR(""), NULL, 0);
    return ledger_step(l, c->head, step, str_empty(e->text) ? e->answer.text : e->text, e->answer.facts, e->answer.n_facts);
}

/* Decided anew, and nothing comes of it: the same organisation keeps it, or it waits for the same reason. */
static bool stays(const struct case_file *c)
{
    if (c->event != EVENT_REROUTE)
        return false;
    if (!str_empty(c->why_manual) || ledger_kept(&c->placing))
        return true;
    return c->docket->state == STATE_MANUAL && c->decision.outcome != OUTCOME_ASSIGNED && str_eq(c->docket->reason, c->decision.code);
}

/* That of a first failure stands, unless it comes to another one or the agency takes the referral back. */
static int conclusion_of(const struct case_file *c)
{
    if (c->event == EVENT_CONCLUDE || c->event == EVENT_FAIL)
        return (int)c->work->event.answer.conclusion;
    return c->event == EVENT_WITHDRAW ? 0 : c->docket->conclusion;
}

bool case_write(struct ledger *l, struct case_file *c)
{
    struct work_event *e = &c->work->event;
    if (stays(c)) {
        c->transition = NULL;
        return e->done = e->repeat = true;
    }
    struct step step;
    struct docket_write d = {
        .referral = c->referral,
        .assignment = c->docket->assignment,
        .organisation = c->docket->organisation,
        .reason = c->docket->reason,
        .decisions = c->docket->decisions,
        .conclusion = conclusion_of(c),
        .changed_ms = c->docket->changed_ms,
    };
    if (!settle(l, c, &d) || !write_assignment(l, c, &d))
        return false;
    if (c->event == EVENT_RECOUNT && d.due_ms == c->docket->due_ms) {
        c->transition = NULL; /* the same by the new calendar: nothing to tell */
        e->done = true;
        return batch_change_docket(l->batch, &d);
    }
    step = first_step(c, &d);
    if (c->transition->effect != EFFECT_OFFER && !write_step(l, c, &step))
        return false;
    if ((c->transition->effect == EFFECT_REPLACE || c->transition->effect == EFFECT_OFFER) && !step_of_offer(l, c, &d))
        return false;
    if (c->event == EVENT_SUPPLEMENT && !write_supplement(l, c))
        return false;
    if (c->event == EVENT_ERASE && !batch_erase(l->batch, c->referral))
        return false;
    c->state = (enum state)d.state;
    if (c->event == EVENT_REROUTE)
        e->organisation = d.organisation;
    e->done = true;
    e->journal_seq = c->head->seq;
    e->journal_hash = c->head->hash;
    return batch_change_docket(l->batch, &d);
}

void case_tell(const struct case_file *c)
{
    char event[64], message[320], id[ID_TEXT_SIZE];
    struct str org = c->docket ? organisation_name(c, c->docket->organisation) : STR("");
    if (!c->transition || !log_wanted(LOG_INFO))
        return;
    snprintf(event, sizeof(event), "referral.%s", word_of(step_kind_words, (int)c->transition->step));
    if (str_empty(c->went_to))
        snprintf(message, sizeof(message), "%s: " STR_FMT, word_zh(step_kind_words, (int)c->transition->step), STR_ARG(org));
    else
        snprintf(message, sizeof(message), "%s: " STR_FMT " -> " STR_FMT, word_zh(step_kind_words, (int)c->transition->step),
                 STR_ARG(org), STR_ARG(c->went_to));
    log_event(LOG_INFO, event, message,
              LOG_FIELDS(LOG_Z("referral", id_text(c->referral, id)), LOG_S("agency", c->agency),
                         LOG_S("agency_ref", c->docket->agency_ref), LOG_S("organisation", c->docket->organisation),
                         LOG_Z("state", word_of(state_words, (int)c->state)), LOG_S("actor", c->work->actor),
                         LOG_Z("reason", coded_reason(c))));
}
