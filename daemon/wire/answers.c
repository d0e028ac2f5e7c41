/*
 * answers.c - answers of organisations
 */
#include "wire/answers.h"

#include "wire/alloc.h"
#include "wire/limits.h"

#include "referral/v1/organisation.pb-c.h"

#include <ctype.h>

static struct request_answer *start(struct reading *r, const char *assignment_id, uint32_t term)
{
    struct request_answer *out = &r->out->answer;
    struct str id = str_from(assignment_id);
    if (str_empty(id))
        check_fault(&r->c, AT("assignment_id"), FAULT_FIELD_MISSING);
    else if (!id_parse(id, &out->assignment))
        check_fault(&r->c, AT("assignment_id"), FAULT_ID_INVALID);
    out->term = term;
    return out;
}

/* `body` is the message with its term taken out: an answer that is repeated to a newer term says the same. */
static void finish(struct reading *r, const void *body)
{
    const struct digest kind = {{(unsigned char)r->out->kind}};
    struct str packed = wire_pack(r->a, body);
    r->out->answer.digest = digest_chain(kind, packed.p, packed.n);
}

/* Text that some coded reasons must carry. */
static struct str explained(struct reading *r, const char *text, size_t limit, bool required)
{
    struct str s = check_text(&r->c, AT("text"), text, limit, false);
    if (required && check_blank(s))
        check_fault(&r->c, AT("text"), FAULT_REASON_MISSING);
    return s;
}

void answers_accept(struct reading *r, const void *body)
{
    const Referral__V1__Accept *m = body;
    Referral__V1__Accept plain = *m;
    start(r, m->assignment_id, m->term);
    plain.term = 0;
    finish(r, &plain);
}

void answers_decline(struct reading *r, const void *body)
{
    const Referral__V1__Decline *m = body;
    Referral__V1__Decline plain = *m;
    struct request_answer *out = start(r, m->assignment_id, m->term);
    check_enum(&r->c, AT("reason"), decline_reason_words, (int)m->reason);
    out->decline = (enum decline_reason)m->reason;
    out->text = explained(r, m->text, LIMIT_SHORT_TEXT, m->reason == (int)DECLINE_OTHER);
    plain.term = 0;
    finish(r, &plain);
}

/* The organisation's own number: it stands in the journal, so a name must not do. */
static struct str mediator(struct reading *r, const char *value, bool required)
{
    struct str s = check_text(&r->c, AT("mediator"), value, LIMIT_MEDIATOR, required);
    for (size_t i = 0; i < s.n; i++) {
        if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '-') {
            check_fault(&r->c, AT("mediator"), FAULT_MEDIATOR_INVALID);
            break;
        }
    }
    return s;
}

static bool needs_text(const Referral__V1__Progress *m)
{
    return m->kind == (int)PROGRESS_SHAM_SUSPECTED ||
           (m->kind == (int)PROGRESS_SUSPENDED && m->suspension == (int)SUSPENSION_OTHER);
}

void answers_progress(struct reading *r, const void *body)
{
    const Referral__V1__Progress *m = body;
    Referral__V1__Progress plain = *m;
    struct request_answer *out = start(r, m->assignment_id, m->term);
    bool extended = m->kind == (int)PROGRESS_EXTENDED;
    check_enum(&r->c, AT("kind"), progress_kind_words, (int)m->kind);
    out->progress = (enum progress_kind)m->kind;
    out->text = explained(r, m->text, LIMIT_PROGRESS_TEXT, needs_text(m));
    if (m->kind == (int)PROGRESS_SUSPENDED && m->suspension == 0)
        check_fault(&r->c, AT("suspension"), FAULT_REASON_MISSING);
    else if (m->suspension != 0)
        check_enum(&r->c, AT("suspension"), suspension_reason_words, (int)m->suspension);
    out->suspension = (enum suspension_reason)m->suspension;
    out->mediator =
        mediator(r, m->mediator, m->kind == (int)PROGRESS_MEDIATOR_NAMED || m->kind == (int)PROGRESS_MEDIATOR_RECUSED);
    out->on = check_day(&r->c, AT("until"), m->until, extended, DAY_AHEAD, r->today);
    plain.term = 0;
    finish(r, &plain);
}

static void read_agreement(struct reading *r, const Referral__V1__Conclude *m, struct request_answer *out)
{
    bool agreed = m->conclusion == (int)CONCLUSION_AGREED;
    if (m->agreement_kind != 0)
        check_enum(&r->c, AT("agreement_kind"), agreement_kind_words, (int)m->agreement_kind);
    else if (agreed)
        check_fault(&r->c, AT("agreement_kind"), FAULT_OUTCOME_INCOMPLETE);
    check_amount(&r->c, AT("agreement_minor"), m->agreement_minor);
    if (m->agreement_minor != 0 && !m->currency[0])
        check_fault(&r->c, AT("currency"), FAULT_OUTCOME_INCOMPLETE);
    else
        check_currency(&r->c, AT("currency"), m->currency, false);
    out->agreement_kind = (enum agreement_kind)m->agreement_kind;
    out->agreement_minor = m->agreement_minor;
    out->currency = str_from(m->currency);
}

/* The facts, then cost_conduct under its name. */
static void read_facts(struct reading *r, const Referral__V1__Conclude *m, struct request_answer *out)
{
    size_t n = m->n_undisputed_facts < LIMIT_FACTS ? m->n_undisputed_facts : LIMIT_FACTS;
    struct str *facts = ARENA_ARRAY(r->a, n + 1, struct str);
    check_count(&r->c, "undisputed_facts", m->n_undisputed_facts, LIMIT_FACTS, FAULT_TOO_MANY_ITEMS);
    for (size_t i = 0; i < n; i++) {
        struct str s =
            check_text(&r->c, AT_ITEM("undisputed_facts", i), m->undisputed_facts[i], LIMIT_SHORT_TEXT, true);
        if (facts)
            facts[i] = s;
    }
    struct str conduct = check_text(&r->c, AT("cost_conduct"), m->cost_conduct, LIMIT_PROGRESS_TEXT, false);
    if (facts && conduct.n)
        facts[n++] = arena_printf(r->a, "cost_conduct: " STR_FMT, STR_ARG(conduct));
    out->facts = facts;
    out->n_facts = facts ? (int)n : 0;
}

void answers_conclude(struct reading *r, const void *body)
{
    const Referral__V1__Conclude *m = body;
    Referral__V1__Conclude plain = *m;
    struct request_answer *out = start(r, m->assignment_id, m->term);
    check_enum(&r->c, AT("conclusion"), conclusion_words, (int)m->conclusion);
    out->conclusion = (enum conclusion)m->conclusion;
    out->text = explained(r, m->text, LIMIT_CONCLUDE_TEXT, m->conclusion == (int)CONCLUSION_OTHER);
    read_agreement(r, m, out);
    read_facts(r, m, out);
    plain.term = 0;
    finish(r, &plain);
}

void answers_follow_up(struct reading *r, const void *body)
{
    const Referral__V1__FollowUp *m = body;
    struct request_answer *out = start(r, m->assignment_id, 0);
    check_enum(&r->c, AT("kind"), follow_up_kind_words, (int)m->kind);
    out->follow_up = (enum follow_up_kind)m->kind;
    out->on = check_day(&r->c, AT("on"), m->on, true, DAY_PAST, r->today);
    out->text = check_text(&r->c, AT("text"), m->text, LIMIT_SHORT_TEXT, false);
    finish(r, m);
}
