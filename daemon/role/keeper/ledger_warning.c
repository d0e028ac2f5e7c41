/*
 * ledger_warning.c - an early warning opened or added to, and told to the agencies concerned, in one transaction
 *
 * The episode's row is locked first, then the chain heads: nobody who holds a head waits for an episode. An agency hears of an
 * episode once: when it is raised, or when the first of its own referrals joins it; and of no referral but its own.
 */
#include "role/keeper/ledger.h"

#include "base/log.h"
#include "core/watch.h"
#include "store/watching.h"
#include "wire/journal.h"

struct raising {
    struct ledger *l;
    struct work *work;
    const struct ruleset *rules;
    const struct watch *watch;
    struct id episode;
    struct joined_referral *joined; /* in order of agencies */
    int n_joined, total;
};

/* The end of the run of one agency's referrals that begins at `from`. */
static int run_end(const struct raising *r, int from)
{
    int end = from;
    while (end < r->n_joined && str_eq(r->joined[end].agency, r->joined[from].agency))
        end++;
    return end;
}

/* A chain stands under its agency's city, as do the agency's referrals. */
static bool collect_heads(struct raising *r)
{
    struct ledger *l = r->l;
    l->heads = ARENA_ARRAY(l->arena, (size_t)r->n_joined + 1, struct chain_head);
    for (int i = 0; l->heads && i < r->n_joined; i = run_end(r, i))
        if (!r->joined[i].told)
            l->heads[l->n_heads++] = (struct chain_head){.city = id_city(r->joined[i].referral), .agency = r->joined[i].agency};
    if (l->heads)
        ledger_sort_heads(l);
    return l->heads;
}

static struct str region_name(const struct ruleset *rules, struct str code)
{
    int i = str_empty(code) ? -1 : region_find(&rules->regions, code);
    return i < 0 ? STR("") : rules->regions.items[i].name;
}

static struct str category_name(const struct ruleset *rules, struct str code)
{
    int i = str_empty(code) ? -1 : category_find(&rules->categories, code);
    return i < 0 ? STR("") : rules->categories.items[i].name;
}

/* How many there are elsewhere tells nothing of anybody, unless the key is of certain parties. */
static bool tell_agency(struct raising *r, int from, int end)
{
    const struct watched_key *k = &r->work->warning.key;
    struct warning_referral *own = ARENA_ARRAY(r->l->arena, (size_t)(end - from), struct warning_referral);
    int n = 0;
    for (int i = from; own && i < end && n < WARNING_REFERRALS_MAX; i++)
        own[n++] = (struct warning_referral){r->joined[i].referral, r->joined[i].agency_ref};
    const struct warning warning = {
        .episode = r->episode,
        .watch = r->watch->id,
        .watch_name = r->watch->name,
        .place = k->place,
        .place_name = region_name(r->rules, k->place),
        .category = k->category,
        .category_name = category_name(r->rules, k->category),
        .count = str_empty(k->mark) ? r->total : 0,
        .referrals = own,
        .n_referrals = n,
    };
    struct step step = {.kind = STEP_WARNING_RAISED, .referral = r->episode, .warning = &warning, .actor = STR("timer")};
    struct chain_head *head = ledger_head(r->l, id_city(r->joined[from].referral), r->joined[from].agency);
    return own && head && ledger_step(r->l, head, &step, STR(""), NULL, 0);
}

static bool tell_agencies(struct raising *r)
{
    for (int i = 0, end; i < r->n_joined; i = end) {
        end = run_end(r, i);
        if (!r->joined[i].told && !tell_agency(r, i, end))
            return false;
    }
    return ledger_write_heads(r->l);
}

static const struct watch *watch_named(const struct ruleset *rules, struct str id)
{
    for (int i = 0; i < rules->n_watches; i++)
        if (str_eq(rules->watches[i].id, id))
            return &rules->watches[i];
    return NULL;
}

static enum db_result raise_one(struct raising *r, bool *fresh)
{
    const struct work_warning *w = &r->work->warning;
    struct batch *b = r->l->batch;
    const struct episode_write episode = {
        .key = w->key,
        .id = w->episode,
        .name = r->watch->name,
        .raised_ms = r->l->now_ms,
        .look_ms = w->look_ms,
        .since = w->since,
        .seen = w->seen,
        .expected = w->expected,
    };
    bool found;
    enum db_result result = batch_open_episode(b, &episode, !w->alarm, &r->episode, &found, fresh);
    if (result == DB_OK && !found)
        return batch_commit(b);
    if (result == DB_OK)
        result = batch_join_episode(b, &w->key, r->episode, w->since, &r->joined, &r->n_joined, &r->total);
    if (result != DB_OK)
        return result;
    if (!collect_heads(r))
        return DB_AGAIN;
    if (r->l->n_heads > 0)
        result = batch_lock(b, r->l->heads, r->l->n_heads, NULL, 0, NULL, 0);
    if (result != DB_OK)
        return result;
    return tell_agencies(r) ? batch_commit(b) : DB_AGAIN;
}

enum db_result ledger_warnings(struct ledger *l, struct work **works, int n)
{
    struct raising r = {.l = l, .work = works[0], .rules = works[0]->snapshot->rules};
    char id[ID_TEXT_SIZE];
    bool fresh = false;
    enum db_result result = ledger_begin(l);
    if (result != DB_OK)
        return result;
    l->n_deferred = n - 1;
    r.watch = watch_named(r.rules, r.work->warning.key.watch);
    result = r.watch ? raise_one(&r, &fresh) : batch_commit(l->batch);
    if (result != DB_OK)
        return result;
    r.work->warning.done = true;
    if (fresh && r.n_joined > 0) {
        metrics_add(&l->office->metrics, COUNT_WARNINGS, 1);
        log_event(LOG_WARNING, "warning.raised", "an early warning was raised; `referralctl alert show` tells what is behind it",
                  LOG_FIELDS(LOG_Z("episode", id_text(r.episode, id)), LOG_S("watch", r.watch->id), LOG_S("place", r.work->warning.key.place),
                             LOG_S("category", r.work->warning.key.category), LOG_I("referrals", r.total)));
    }
    return DB_OK;
}
