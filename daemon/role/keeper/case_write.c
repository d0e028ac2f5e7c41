/* case_write.c - an admitted event written down: docket, assignment, load, journal */
#include "role/keeper/case.h"

#include "base/log.h"
#include "store/bind.h"
#include "role/office/notice.h"
#include "wire/journal.h"

#include <stdio.h>

#define DAY_MS INT64_C(86400000)

enum {
    SUSPENSION_REVIEW_DAYS = 30, /* a suspended mediation is looked at again after this long */
    OVERDUE_REPEAT_DAYS = 7,     /* an overdue one is told again after this long */
};

static const struct ruleset *rules_of(const struct case_file *c)
{
    return c->work->snapshot->rules;
}

static struct str organisation_name(const struct case_file *c, struct str id)
{
    int i = roster_find(&rules_of(c)->roster, id);
    return i < 0 ? STR("") : rules_of(c)->roster.items[i].name;
}

/* When the finish is due, counted from acceptance now. */
static int64_t finish_from_now(const struct ledger *l, const struct case_file *c)
{
    const struct assignment_row *a = &c->docket->current;
    struct duration d = {.count = a->finish_count, .unit = (enum duration_unit)a->finish_unit};
    return calendar_deadline(&rules_of(c)->calendar, l->now_ms, d, rules_of(c)->policies.modes[c->docket->mode].roll).ms;
}

/* Next due time after an event that neither replaces nor closes; *finish_by changes where the clock of mediation does. */
static int64_t next_due(struct ledger *l, const struct case_file *c, int64_t *finish_by)
{
    const struct assignment_row *a = &c->docket->current;
    *finish_by = 0;
    switch (c->work->event.event) {
    case EVENT_ACCEPT:
        return *finish_by = finish_from_now(l, c);
    case EVENT_SUSPEND:
        return l->now_ms + SUSPENSION_REVIEW_DAYS * DAY_MS;
    case EVENT_RESUME: /* suspended time does not count */
        return *finish_by = a->finish_by_ms + (l->now_ms > c->docket->changed_ms ? l->now_ms - c->docket->changed_ms : 0);
    case EVENT_EXTEND:
        return *finish_by = calendar_ms_of_day(c->work->event.answer.on + 1) - 1;
    case EVENT_OVERDUE:
        return l->now_ms + OVERDUE_REPEAT_DAYS * DAY_MS;
    case EVENT_REMIND:
        return ledger_manual_due(l, rules_of(c));
    default:
        return c->docket->due_ms;
    }
}

static const char *coded_reason(const struct work_event *e)
{
    switch (e->event) {
    case EVENT_DECLINE:
        return word_of(decline_reason_words, (int)e->answer.decline);
    case EVENT_CONTACT:
    case EVENT_SUSPEND:
    case EVENT_RESUME:
    case EVENT_EXTEND:
        return word_of(progress_kind_words, (int)e->answer.progress);
    case EVENT_REROUTE:
        return "rules-changed";
    default:
        return "";
    }
}

static struct step first_step(const struct case_file *c, const struct docket_write *d)
{
    const struct work_event *e = &c->work->event;
    return (struct step){
        .kind = c->transition->step,
        .referral = c->referral,
        .agency_ref = c->docket->agency_ref,
        .state = (enum state)d->state,
        .organisation_id = c->docket->organisation,
        .organisation_name = organisation_name(c, c->docket->organisation),
        .assignment = id_is_zero(c->docket->assignment) ? NULL : &c->docket->assignment,
        .reason = str_from(coded_reason(e)),
        .conclusion = e->answer.conclusion,
        .agreement_kind = e->answer.agreement_kind,
        .agreement_minor = e->answer.agreement_minor,
        .currency = e->answer.currency,
        .follow_up = e->answer.follow_up,
        .due_kind = d->due_kind ? str_from(word_of(due_words, d->due_kind)) : STR(""),
        .due_ms = d->due_ms,
        .actor = c->work->actor,
    };
}

/* The offer that follows, as rows: assignment, decision; and in the docket. */
static bool write_offer(struct ledger *l, struct case_file *c, struct docket_write *d, struct str by)
{
    const struct organisation *org = &rules_of(c)->roster.items[c->decision.organisation];
    struct new_assignment offer = {
        .referral = c->referral,
        .assignment = id_new(l->now_ms, id_city(c->referral)),
        .agency = c->agency,
        .snapshot = c->work->snapshot,
        .mode = c->docket->mode,
        .decision = &c->decision,
    };
    d->state = STATE_OFFERED;
    d->assignment = offer.assignment;
    d->organisation = org->id;
    d->reason = STR("");
    d->decisions++;
    c->went_to = org->name;
    return ledger_offer(l, &offer, &d->due_ms) && ledger_decision(l, c->referral, d->decisions, &c->placing, id_ms(c->referral), by);
}

static bool write_replacement(struct ledger *l, struct case_file *c, struct docket_write *d)
{
    if (str_empty(c->why_manual) && c->decision.outcome == OUTCOME_ASSIGNED)
        return write_offer(l, c, d, STR(""));
    d->state = STATE_MANUAL;
    d->assignment = (struct id){0};
    d->organisation = STR("");
    d->reason = str_empty(c->why_manual) ? c->decision.code : c->why_manual;
    d->due_ms = ledger_manual_due(l, rules_of(c));
    if (!str_empty(c->why_manual))
        return true;
    d->decisions++;
    return ledger_decision(l, c->referral, d->decisions, &c->placing, id_ms(c->referral), STR(""));
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
        .due_kind = str_from(word_of(due_words, d->due_kind)),
        .due_ms = d->due_ms,
        .actor = c->transition->effect == EFFECT_OFFER ? c->work->actor : STR("rules"),
    };
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
};

/* What happens to the assignment that the referral has now. */
static bool write_assignment(struct ledger *l, struct case_file *c, int64_t finish_by)
{
    const struct assignment_row *a = &c->docket->current;
    enum event event = c->work->event.event;
    bool closes = c->transition->effect == EFFECT_CLOSE || c->transition->effect == EFFECT_REPLACE;
    struct assignment_change change = {.id = a->id, .status = a->status, .finish_by_ms = finish_by};
    if (!a->found || event == EVENT_SUPPLEMENT)
        return true;
    if (c->work->origin == ORIGIN_DISPATCH)
        change.answer = &c->work->event.answer_digest;
    if (event == EVENT_ACCEPT)
        change.status = ASSIGNMENT_ACCEPTED;
    if (closes) {
        change.status = (int)closings[event].status;
        change.closed_ms = l->now_ms;
        if (!batch_release(l->batch, a->org_city, a->organisation))
            return false;
        if (closings[event].told)
            ledger_notice(l, NOTICE_CANCELLED, id_city(c->referral), a->organisation, &a->id, closings[event].told);
    }
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

/* State, due and offer after the event. */
static bool settle(struct ledger *l, struct case_file *c, struct docket_write *d, int64_t *finish_by)
{
    bool ok = true;
    d->state = (int)c->transition->to;
    switch (c->transition->effect) {
    case EFFECT_REPLACE:
        ok = write_replacement(l, c, d);
        break;
    case EFFECT_OFFER:
        ok = write_offer(l, c, d, c->work->actor);
        break;
    case EFFECT_CLOSE:
    case EFFECT_NONE:
        d->due_ms = next_due(l, c, finish_by);
        break;
    }
    d->due_kind = (int)state_due((enum state)d->state);
    if (!d->due_kind)
        d->due_ms = 0;
    if (d->state != c->docket->state || c->transition->effect == EFFECT_REPLACE)
        d->changed_ms = l->now_ms;
    return ok;
}

/* The event's own step, with what was said; of a referral whose personal data is erased, no more of it is kept. */
static bool write_step(struct ledger *l, struct case_file *c, struct step *step)
{
    const struct work_event *e = &c->work->event;
    bool erased = case_needs_bytes(e->event) && str_empty(c->docket->sealed);
    if (erased)
        return ledger_step(l, c->head, step, STR(""), NULL, 0);
    return ledger_step(l, c->head, step, str_empty(e->text) ? e->answer.text : e->text, e->answer.facts, e->answer.n_facts);
}

/* Decided anew, and nothing comes of it: the same organisation keeps it, or it waits for the same reason. */
static bool stays(const struct case_file *c)
{
    if (c->work->event.event != EVENT_REROUTE)
        return false;
    if (!str_empty(c->why_manual) || ledger_kept(&c->placing))
        return true;
    return c->docket->state == STATE_MANUAL && c->decision.outcome != OUTCOME_ASSIGNED && str_eq(c->docket->reason, c->decision.code);
}

bool case_write(struct ledger *l, struct case_file *c)
{
    struct work_event *e = &c->work->event;
    if (stays(c)) {
        c->transition = NULL;
        return e->done = e->repeat = true;
    }
    int64_t finish_by = 0;
    struct step step;
    struct docket_write d = {
        .referral = c->referral,
        .due_ms = c->docket->due_ms,
        .assignment = c->docket->assignment,
        .organisation = c->docket->organisation,
        .reason = c->docket->reason,
        .decisions = c->docket->decisions,
        .conclusion = e->event == EVENT_CONCLUDE ? (int)e->answer.conclusion : c->docket->conclusion,
        .changed_ms = c->docket->changed_ms,
    };
    if (!settle(l, c, &d, &finish_by) || !write_assignment(l, c, finish_by))
        return false;
    step = first_step(c, &d);
    if (c->transition->effect != EFFECT_OFFER && !write_step(l, c, &step))
        return false;
    if ((c->transition->effect == EFFECT_REPLACE || c->transition->effect == EFFECT_OFFER) && !step_of_offer(l, c, &d))
        return false;
    if (e->event == EVENT_SUPPLEMENT && !write_supplement(l, c))
        return false;
    if (e->event == EVENT_ERASE && !batch_erase(l->batch, c->referral))
        return false;
    c->state = (enum state)d.state;
    if (e->event == EVENT_REROUTE)
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
                         LOG_Z("reason", coded_reason(&c->work->event))));
}
