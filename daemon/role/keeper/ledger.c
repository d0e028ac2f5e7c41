/* ledger.c - what submissions and events share inside a transaction: journal, offers, decisions */
#include "role/keeper/ledger.h"

#include "base/clock.h"
#include "store/bind.h"
#include "role/office/notice.h"
#include "wire/journal.h"
#include "wire/record.h"

#include <stdio.h>
#include <stdlib.h>

enum { NOTICES_MAX = 256 };

enum db_result ledger_begin(struct ledger *l)
{
    l->batch = batch_new(l->db);
    if (!l->batch)
        return DB_AGAIN;
    l->arena = batch_arena(l->batch);
    l->now_ms = clock_now_ms();
    l->heads = NULL;
    l->n_heads = 0;
    l->notices = NULL;
    l->n_notices = l->cap_notices = 0;
    l->n_deferred = 0;
    return batch_begin(l->batch);
}

void ledger_end(struct ledger *l)
{
    for (size_t i = 0; i < l->n_notices; i++)
        free(l->notices[i]);
    l->n_notices = 0;
    batch_free(l->batch);
    l->batch = NULL;
    l->arena = NULL;
}

static int head_cmp(const void *pa, const void *pb)
{
    const struct chain_head *a = pa, *b = pb;
    if (a->city != b->city)
        return a->city < b->city ? -1 : 1;
    return str_cmp(a->agency, b->agency);
}

void ledger_sort_heads(struct ledger *l)
{
    int kept = 0;
    if (l->n_heads == 0)
        return;
    qsort(l->heads, (size_t)l->n_heads, sizeof(*l->heads), head_cmp);
    for (int i = 1; i < l->n_heads; i++)
        if (head_cmp(&l->heads[kept], &l->heads[i]) != 0)
            l->heads[++kept] = l->heads[i];
    l->n_heads = kept + 1;
}

struct chain_head *ledger_head(struct ledger *l, int city, struct str agency)
{
    struct chain_head key = {.city = city, .agency = agency};
    return bsearch(&key, l->heads, (size_t)l->n_heads, sizeof(*l->heads), head_cmp);
}

/* Seals the note and sets its hash in the step; leaves both out when there is nothing to say. */
static bool add_note(struct ledger *l, const struct chain_head *head, struct step *s, struct digest *hash, struct str text,
                     const struct str *facts, int n_facts, struct str *sealed)
{
    char bind[BIND_LONG_SIZE];
    struct str note;
    *sealed = STR("");
    s->note = NULL;
    if (str_empty(text) && n_facts == 0)
        return true;
    note = note_encode(l->arena, text, facts, n_facts);
    if (!note.p)
        return false;
    *hash = digest_of(note.p, note.n);
    s->note = hash;
    *sealed = seal(l->office->personal, l->arena, note, bind_note(bind, head->city, head->agency, s->seq));
    return sealed->p != NULL;
}

bool ledger_step(struct ledger *l, struct chain_head *head, struct step *s, struct str text, const struct str *facts, int n_facts)
{
    struct digest note_hash;
    struct journal_row row = {.city = head->city, .agency = head->agency, .at_ms = l->now_ms};
    s->agency = head->agency;
    s->seq = head->seq + 1;
    s->at_ms = l->now_ms;
    if (!add_note(l, head, s, &note_hash, text, facts, n_facts, &row.note_sealed))
        return false;
    row.body = step_encode(l->arena, s);
    if (!row.body.p)
        return false;
    row.seq = s->seq;
    row.referral = s->referral;
    row.kind = (int)s->kind;
    row.hash = digest_chain(head->hash, row.body.p, row.body.n);
    if (!batch_add_journal(l->batch, &row))
        return false;
    head->seq = row.seq;
    head->hash = row.hash;
    head->grew = true;
    return true;
}

bool ledger_write_heads(struct ledger *l)
{
    for (int i = 0; i < l->n_heads; i++) {
        if (!l->heads[i].grew)
            continue;
        if (!batch_set_head(l->batch, &l->heads[i]))
            return false;
        ledger_notice(l, NOTICE_ADVANCED, l->heads[i].city, l->heads[i].agency, NULL, NULL);
    }
    return true;
}

void ledger_notice(struct ledger *l, int kind, int city, struct str name, const struct id *assignment, const char *reason)
{
    struct notice *n, **slot;
    if (l->n_notices >= NOTICES_MAX)
        return;
    n = notice_new((enum notice_kind)kind, city, name);
    slot = n ? ARENA_PUSH(l->arena, l->notices, l->n_notices, l->cap_notices) : NULL;
    if (!slot) {
        free(n);
        return;
    }
    if (assignment)
        n->assignment = *assignment;
    if (reason)
        snprintf(n->reason, sizeof(n->reason), "%s", reason);
    *slot = n;
}

/* Joint mediation: the partner gets an assignment too, which takes no place. `row`: the lead's. */
static bool ask_partner(struct ledger *l, const struct new_assignment *n, struct assignment_write row)
{
    const struct ruleset *rules = n->snapshot->rules;
    const struct organisation *partner = &rules->roster.items[n->decision->partner];
    row.id = id_new(l->now_ms, id_city(n->referral));
    row.organisation = partner->id;
    row.org_city = region_city(&rules->regions, partner->region);
    row.role = ROLE_PARTNER;
    ledger_notice(l, NOTICE_OFFER, id_city(n->referral), partner->id, NULL, NULL);
    return batch_add_assignment(l->batch, &row);
}

bool ledger_offer(struct ledger *l, const struct new_assignment *n, int64_t respond_by_ms)
{
    const struct ruleset *rules = n->snapshot->rules;
    const struct organisation *org = &rules->roster.items[n->decision->organisation];
    struct assignment_write row = {
        .id = n->assignment,
        .referral = n->referral,
        .agency = n->agency,
        .organisation = org->id,
        .org_city = region_city(&rules->regions, org->region),
        .respond_by_ms = respond_by_ms,
        .offered_ms = l->now_ms,
        .finish_count = n->decision->finish_within.count,
        .finish_unit = (int)n->decision->finish_within.unit,
    };
    ledger_notice(l, NOTICE_OFFER, id_city(n->referral), org->id, NULL, NULL);
    return batch_add_assignment(l->batch, &row) && (n->decision->partner < 0 || ask_partner(l, n, row));
}

void ledger_name_partner(struct step *s, const struct ruleset *rules, const struct decision *d)
{
    if (d->outcome != OUTCOME_ASSIGNED || d->partner < 0)
        return;
    s->partner_id = rules->roster.items[d->partner].id;
    s->partner_name = rules->roster.items[d->partner].name;
}

bool ledger_decision(struct ledger *l, struct id referral, int n, const struct placing *p, int64_t arrived_ms, struct str by)
{
    const struct ruleset *rules = p->snapshot->rules;
    struct record record;
    struct decision_row row = {.referral = referral, .n = n, .at_ms = l->now_ms};
    if (!record_of(l->arena, rules, p->decision, p->excluded, p->n_excluded, arrived_ms, &record))
        return false;
    record.by = by;
    if (p->referral)
        record_add_earlier(&record, rules, &p->referral->earlier);
    row.ruleset = rules->hash;
    row.rule = record.rule;
    row.outcome = (int)record.outcome;
    row.record = record_encode(l->arena, &record);
    return row.record.p && batch_add_decision(l->batch, &row);
}
