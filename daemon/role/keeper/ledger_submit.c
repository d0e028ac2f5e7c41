/* ledger_submit.c - a batch of submissions: new ones get rows and a receipt, known ones their old receipt */
#include "role/keeper/due.h"
#include "role/keeper/past.h"
#include "role/keeper/sightings.h"

#include "base/log.h"
#include "store/bind.h"
#include "role/office/decision_log.h"
#include "wire/journal.h"
#include "wire/reply.h"

#include <stdlib.h>

/* One distinct (agency, agency_ref) of the batch. */
struct key {
    struct submission_row *row;
    struct work_item *owner; /* the item that makes it new in this batch */
};

/* One referral that this batch puts on record. */
struct entry_new {
    struct work *work;
    struct work_item *item;
    struct key *key;
    struct decision decision; /* this transaction's own: the item keeps intake's for a replay */
};

struct sitting {
    struct ledger *l;
    struct work **works;
    int n_works;
    struct submission_row *rows;
    struct key *keys;
    int n_keys;
    struct entry_new *entries;
    struct placing *placings;
    int n_entries;
    struct past past;
};

static const struct peer *sender(const struct work *w)
{
    return &w->snapshot->peers->items[w->peer];
}

static int row_cmp(const void *pa, const void *pb)
{
    const struct submission_row *a = pa, *b = pb;
    int c;
    if (a->city != b->city)
        return a->city < b->city ? -1 : 1;
    c = str_cmp(a->agency, b->agency);
    return c ? c : str_cmp(a->agency_ref, b->agency_ref);
}

/*
 * Whether it may be on record under its number: what is wrong today, such as a reply-by date that has passed, may have been in order
 * when it came first.
 */
static bool may_be_known(const struct work_item *item)
{
    return item->verdict == REFERRAL_OK || (item->verdict == REFERRAL_FAULTY && !str_empty(item->agency_ref));
}

/* The distinct keys of all items that may be known, and the chain heads of those worth storing. */
static bool collect(struct sitting *s)
{
    size_t items = 0;
    int n = 0, kept = 0;
    for (int i = 0; i < s->n_works; i++)
        items += (size_t)s->works[i]->submit.n;
    s->rows = ARENA_ARRAY(s->l->arena, items + 1, struct submission_row);
    s->keys = ARENA_ARRAY(s->l->arena, items + 1, struct key);
    s->entries = ARENA_ARRAY(s->l->arena, items + 1, struct entry_new);
    s->placings = ARENA_ARRAY(s->l->arena, items + 1, struct placing);
    s->l->heads = ARENA_ARRAY(s->l->arena, (size_t)s->n_works + 1, struct chain_head);
    if (!s->rows || !s->keys || !s->entries || !s->placings || !s->l->heads)
        return false;
    for (int i = 0; i < s->n_works; i++) {
        struct work *w = s->works[i];
        bool any = false;
        for (int j = 0; j < w->submit.n; j++) {
            if (!may_be_known(&w->submit.items[j]))
                continue;
            s->rows[n++] = (struct submission_row){.city = w->city, .agency = w->agency, .agency_ref = w->submit.items[j].agency_ref};
            any = any || w->submit.items[j].verdict == REFERRAL_OK;
        }
        if (any)
            s->l->heads[s->l->n_heads++] = (struct chain_head){.city = w->city, .agency = w->agency};
    }
    if (n > 0) {
        qsort(s->rows, (size_t)n, sizeof(*s->rows), row_cmp);
        for (int i = 1; i < n; i++)
            if (row_cmp(&s->rows[kept], &s->rows[i]) != 0)
                s->rows[++kept] = s->rows[i];
        s->n_keys = kept + 1;
    }
    ledger_sort_heads(s->l);
    return true;
}

static struct key *key_of(struct sitting *s, const struct work *w, const struct work_item *item)
{
    struct submission_row want = {.city = w->city, .agency = w->agency, .agency_ref = item->agency_ref};
    struct submission_row *row = bsearch(&want, s->rows, (size_t)s->n_keys, sizeof(*s->rows), row_cmp);
    struct key *key = &s->keys[row - s->rows];
    key->row = row;
    return key;
}

/* Finds out which items are new; the rest is answered when the receipts are known. */
static void sort_out(struct sitting *s)
{
    for (int i = 0; i < s->n_works; i++) {
        struct work *w = s->works[i];
        for (int j = 0; j < w->submit.n; j++) {
            struct work_item *item = &w->submit.items[j];
            struct key *key;
            struct entry_new *e;
            if (item->verdict != REFERRAL_OK)
                continue;
            key = key_of(s, w, item);
            if (key->row->found || key->owner)
                continue;
            key->owner = item;
            e = &s->entries[s->n_entries];
            *e = (struct entry_new){.work = w, .item = item, .key = key, .decision = item->decision};
            s->placings[s->n_entries] = (struct placing){
                .snapshot = w->snapshot, .item = item, .referral = &item->referral, .decision = &e->decision, .turn = item->turn};
            s->n_entries++;
        }
    }
}

static bool add_referral(struct sitting *s, const struct entry_new *e)
{
    struct arena *a = s->l->arena;
    const struct ruleset *rules = e->work->snapshot->rules;
    const struct referral *r = &e->item->referral;
    char bind[BIND_SIZE];
    struct referral_row row = {
        .id = e->item->id,
        .agency = e->work->agency,
        .agency_ref = e->item->agency_ref,
        .place = rules->regions.items[r->place].code,
        .category = e->decision.category >= 0 ? rules->categories.items[e->decision.category].code : STR(""),
        .currency = r->has_claim ? str_from(r->currency) : STR(""),
        .channel = (int)r->channel,
        .mode = (int)r->mode,
        .parties = r->n_parties,
        .risk = (int)r->risk,
        .has_claim = r->has_claim,
        .claim_minor = r->claim_minor,
    };
    row.sealed = seal(s->l->office->personal, a, e->item->bytes, bind_referral(bind, e->item->id));
    return row.sealed.p && batch_add_referral(s->l->batch, &row);
}

/* The clocks that start with it, and what they make due. */
static bool start_clocks(struct sitting *s, const struct entry_new *e, struct docket_write *d, struct step *step)
{
    const struct ruleset *rules = e->work->snapshot->rules;
    struct clocks clocks = {.latest = e->item->referral.reply_by};
    struct clock_event event = {
        .policy = &rules->policies.modes[d->mode],
        .respond_within = e->decision.respond_within,
        .to = (enum state)d->state,
        .now_ms = s->l->now_ms,
    };
    struct agenda agenda;
    if (!due_write(s->l, rules, &clocks, CLOCK_ENTER, &event, d, &agenda))
        return false;
    due_tell(step, &agenda);
    return true;
}

/* What the decision makes of the referral: its docket, its offer, and the step that tells. */
static bool settle(struct sitting *s, const struct entry_new *e, struct docket_write *d, struct step *step, struct id *assignment)
{
    const struct ruleset *rules = e->work->snapshot->rules;
    struct new_assignment offer = {
        .referral = e->item->id,
        .agency = e->work->agency,
        .snapshot = e->work->snapshot,
        .decision = &e->decision,
    };
    switch (e->decision.outcome) {
    case OUTCOME_ASSIGNED:
        *assignment = id_new(s->l->now_ms, id_city(e->item->id));
        offer.assignment = *assignment;
        d->state = STATE_OFFERED;
        d->assignment = *assignment;
        d->organisation = rules->roster.items[e->decision.organisation].id;
        step->kind = STEP_ASSIGNED;
        step->assignment = assignment;
        step->organisation_id = d->organisation;
        step->organisation_name = rules->roster.items[e->decision.organisation].name;
        ledger_name_partner(step, rules, &e->decision);
        break;
    case OUTCOME_MANUAL:
        d->state = STATE_MANUAL;
        d->reason = e->decision.code;
        step->kind = STEP_QUEUED;
        break;
    case OUTCOME_REFUSED:
        d->state = STATE_REFUSED;
        d->reason = e->decision.code;
        step->kind = STEP_REFUSED;
        step->agency_action = rules->policies.modes[e->item->referral.mode].ends[END_REFUSED];
        break;
    }
    step->reason = e->decision.code;
    step->state = (enum state)d->state;
    if (!start_clocks(s, e, d, step))
        return false;
    return d->state != STATE_OFFERED || ledger_offer(s->l, &offer, d->due_ms);
}

static struct str make_receipt(struct sitting *s, const struct entry_new *e, const struct step *last, const struct chain_head *head)
{
    static const enum receipt_status status_of[] = {
        [OUTCOME_ASSIGNED] = RECEIPT_ACCEPTED, [OUTCOME_MANUAL] = RECEIPT_MANUAL, [OUTCOME_REFUSED] = RECEIPT_REFUSED};
    const struct ruleset *rules = e->work->snapshot->rules;
    struct faults faults = {.arena = s->l->arena};
    struct receipt r = {
        .status = status_of[e->decision.outcome],
        .agency_ref = e->item->agency_ref,
        .referral = &e->item->id,
        .content = &e->item->content,
        .journal_seq = head->seq,
        .journal_hash = &head->hash,
        .committed_ms = s->l->now_ms,
        .organisation_id = last->organisation_id,
        .organisation_name = last->organisation_name,
        .partner_id = last->partner_id,
        .partner_name = last->partner_name,
        .rule = last->rule,
        .faults = &faults,
    };
    if (e->decision.outcome == OUTCOME_REFUSED) {
        const struct rule *rule = &rules->rules[e->decision.rule];
        fault_add_refusal(&faults, rule->code, rule->text, rule->basis);
    }
    return receipt_encode(s->l->arena, &r);
}

/* All rows of one new referral. */
static bool write_entry(struct sitting *s, struct entry_new *e, const struct placing *p)
{
    const struct ruleset *rules = e->work->snapshot->rules;
    const struct referral *r = &e->item->referral;
    struct chain_head *head = ledger_head(s->l, e->work->city, e->work->agency);
    struct id assignment;
    struct step received = {
        .kind = STEP_RECEIVED,
        .referral = e->item->id,
        .agency_ref = e->item->agency_ref,
        .content = &e->item->content,
        .actor = e->work->actor,
    };
    struct step decided = {
        .referral = e->item->id,
        .agency_ref = e->item->agency_ref,
        .rule = e->decision.rule >= 0 ? rules->rules[e->decision.rule].id : STR(""),
        .ruleset = &rules->hash,
        .actor = STR("rules"),
    };
    struct docket_write d = {
        .referral = e->item->id,
        .agency = e->work->agency,
        .agency_ref = e->item->agency_ref,
        .place = rules->regions.items[r->place].code,
        .channel = (int)r->channel,
        .mode = (int)r->mode,
        .risk = (int)r->risk,
        .decisions = 1,
        .changed_ms = s->l->now_ms,
    };
    if (!add_referral(s, e) || !settle(s, e, &d, &decided, &assignment))
        return false;
    received.state = decided.state;
    if (!ledger_step(s->l, head, &received, STR(""), NULL, 0) || !ledger_step(s->l, head, &decided, STR(""), NULL, 0) ||
        !batch_add_docket(s->l->batch, &d) || !ledger_decision(s->l, e->item->id, 1, p, e->work->arrived_ms, STR("")) ||
        !sightings_write(s->l, e->work, p))
        return false;
    e->key->row->content = e->item->content;
    e->key->row->referral = e->item->id;
    e->key->row->receipt = make_receipt(s, e, &decided, head);
    return e->key->row->receipt.p && batch_add_submission(s->l->batch, e->key->row);
}

static bool quarantine(struct sitting *s, struct work *w, struct work_item *item)
{
    char bind[BIND_SIZE];
    struct quarantine_row row = {
        .id = item->id,
        .agency = w->agency,
        .reason = item->faults.n ? str_from(fault_word(item->faults.items[0].code)) : STR("malformed"),
        .content = item->content,
        .at_ms = s->l->now_ms,
    };
    row.sealed = seal(s->l->office->personal, s->l->arena, item->bytes, bind_quarantine(bind, item->id));
    return row.sealed.p && batch_add_quarantine(s->l->batch, &row);
}

static bool write_rows(struct sitting *s)
{
    for (int i = 0; i < s->n_entries; i++)
        if (!write_entry(s, &s->entries[i], &s->placings[i]))
            return false;
    for (int i = 0; i < s->n_works; i++)
        for (int j = 0; j < s->works[i]->submit.n; j++)
            if (s->works[i]->submit.items[j].verdict == REFERRAL_UNDECODABLE && !quarantine(s, s->works[i], &s->works[i]->submit.items[j]))
                return false;
    return s->n_entries == 0 || (past_write(&s->past) && ledger_write_heads(s->l));
}

/* The receipt that is on record for this content. */
static void answer_again(struct sitting *s, struct work *w, struct work_item *item, const struct key *key)
{
    item->receipt = arena_str(w->arena, key->row->receipt);
    /* Found, but with the id we chose: our own commit whose outcome was in doubt. */
    item->duplicate = !id_eq(key->row->referral, item->id);
    if (item->duplicate)
        metrics_add(&s->l->office->metrics, COUNT_DUPLICATE, 1);
}

/* The answer to one item, into the work's own arena: only after commit. */
static void answer_item(struct sitting *s, struct work *w, struct work_item *item)
{
    struct receipt r = {.agency_ref = item->agency_ref, .content = &item->content, .faults = &item->faults};
    const struct key *key = may_be_known(item) ? key_of(s, w, item) : NULL;
    enum counter counted = COUNT_CONFLICT;
    if (key && digest_eq(key->row->content, item->content)) {
        answer_again(s, w, item, key);
        return;
    }
    r.status = RECEIPT_CONFLICT;
    if (item->verdict == REFERRAL_OK) {
        r.stored = &key->row->content;
        r.referral = &key->row->referral;
    } else {
        r.status = RECEIPT_REFUSED;
        counted = item->verdict == REFERRAL_UNDECODABLE ? COUNT_QUARANTINED : COUNT_INVALID;
    }
    item->receipt = receipt_encode(w->arena, &r);
    metrics_add(&s->l->office->metrics, counted, 1);
}

static void answer_all(struct sitting *s)
{
    static const enum counter counter_of[] = {
        [OUTCOME_ASSIGNED] = COUNT_ACCEPTED, [OUTCOME_MANUAL] = COUNT_MANUAL, [OUTCOME_REFUSED] = COUNT_REFUSED_BY_RULE};
    for (int i = 0; i < s->n_works; i++)
        for (int j = 0; j < s->works[i]->submit.n; j++)
            answer_item(s, s->works[i], &s->works[i]->submit.items[j]);
    for (int i = 0; i < s->n_entries; i++) {
        struct entry_new *e = &s->entries[i];
        e->item->turn_used = !s->placings[i].own_turn;
        metrics_add(&s->l->office->metrics, counter_of[e->decision.outcome], 1);
        decision_log(e->work->snapshot, sender(e->work), e->item->id, &e->item->referral, &e->decision);
    }
}

static enum db_result sit(struct sitting *s)
{
    struct ledger *l = s->l;
    enum db_result r = batch_lock(l->batch, l->heads, l->n_heads, s->rows, s->n_keys, NULL, 0);
    if (r != DB_OK)
        return r;
    sort_out(s);
    r = past_place(&s->past, s->placings, s->n_entries);
    if (r != DB_OK)
        return r;
    return write_rows(s) ? batch_commit(l->batch) : DB_AGAIN;
}

enum db_result ledger_submit(struct ledger *l, struct work **works, int n)
{
    struct sitting s = {.l = l, .works = works, .n_works = n};
    enum db_result r = ledger_begin(l);
    if (r != DB_OK)
        return r;
    if (!collect(&s) || !past_gather(&s.past, l, works, n))
        return DB_AGAIN;
    r = sit(&s);
    if (r == DB_OK)
        answer_all(&s);
    else
        ledger_unplace(s.placings, s.n_entries);
    return r;
}
