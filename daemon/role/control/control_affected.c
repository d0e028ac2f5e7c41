/*
 * control_affected.c - `rules affected`: open referrals that a bad version decided, and their way by the rules in force
 *
 * A page at a time: referralctl asks for one after the other, so that no request is large and an interrupted run is taken up by
 * running it again. A preview moves nothing, so the changes in load that its pages would make are carried from one to the next
 * (control_carried.c). What is carried out goes through the keeper, which looks once more under the referral's lock.
 */
#include "role/control/control_parts.h"

#include "core/lifecycle.h"
#include "core/reroute.h"
#include "store/version.h"
#include "wire/record.h"
#include "wire/referral.h"

enum { PAGE_DEFAULT = 100, PAGE_MAX = 200, PREVIEW_BUDGET = 16 * 1024 * 1024 };

enum action { ACTION_MOVES = 1, ACTION_MOVED, ACTION_STAYS, ACTION_ACCEPTED, ACTION_BY_HAND, ACTION_UNREADABLE, ACTION_CHANGED, ACTION_BUSY };
static const struct word action_words[] = {
    {ACTION_MOVES, "moves", "应改派"},
    {ACTION_MOVED, "moved", "已改派"},
    {ACTION_STAYS, "stays", "不变"},
    {ACTION_ACCEPTED, "accepted", "组织已接受，不动"},
    {ACTION_BY_HAND, "by-hand", "人工指派，不动"},
    {ACTION_UNREADABLE, "unreadable", "内容无法打开，不动"},
    {ACTION_CHANGED, "changed", "其间已有变化，不动"},
    {ACTION_BUSY, "busy", "未完成，请重试"},
    {0},
};

struct affected {
    struct affected_row at;
    enum action action;
    struct str to_rule, to_organisation, to_name, to_reason;
    const struct work *work; /* on its way */
};

struct page {
    struct affected *rows;
    int n;
    int64_t total;
    struct id next;     /* zero: this was the last page */
    int *change;        /* one an organisation: what this page and those before would change in its open assignments */
    struct str changes; /* for the next page; empty when it is carried out: then the load itself has changed */
    int done;
};

/* ---- the preview ---- */

/* The board, with what the referrals before this one would change. */
struct board {
    struct load_view load;
    const int *change;
};

static struct load board_load_of(void *context, int organisation)
{
    const struct board *b = context;
    struct load load = b->load.of(b->load.context, organisation);
    load.open += b->change[organisation];
    return load;
}

static bool former_of(struct arena *a, const struct roster *roster, const struct docket_row *d, int **out, int *n)
{
    *n = 0;
    *out = ARENA_ARRAY(a, (size_t)d->n_former + 1, int);
    for (int i = 0; *out && i < d->n_former; i++) {
        int org = roster_find(roster, d->former[i]);
        if (org >= 0)
            (*out)[(*n)++] = org;
    }
    return *out;
}

static void keep_decision(struct job *j, const struct ruleset *rules, const struct decision *d, struct affected *x)
{
    const struct organisation *org = d->outcome == OUTCOME_ASSIGNED ? &rules->roster.items[d->organisation] : NULL;
    x->to_rule = d->rule >= 0 ? arena_str(j->arena, rules->rules[d->rule].id) : STR("");
    x->to_organisation = org ? arena_str(j->arena, org->id) : STR("");
    x->to_name = org ? arena_str(j->arena, org->name) : STR("");
    x->to_reason = org ? STR("") : arena_str(j->arena, d->code);
}

/* What the rules are told, with what came before as it was told them then. False when it cannot be read. */
static bool reopened(struct clerk *c, struct arena *a, const struct ruleset *rules, const struct affected *x, const struct case_row *r,
                     struct referral *out)
{
    struct record last;
    struct str bytes = r->found ? referral_opened(c, a, x->at.referral, r) : STR("");
    if (str_empty(bytes) || !referral_reopen(a, rules, x->at.agency, id_ms(x->at.referral), bytes, out))
        return false;
    if (record_decode(a, x->at.record, &last))
        out->earlier = record_earlier(&last, rules);
    return true;
}

/* Decides anew as the keeper would. `a` is only for this one. */
static bool decide_anew(struct clerk *c, struct job *j, struct arena *a, struct snapshot *s, int *change, struct affected *x)
{
    const struct ruleset *rules = s->rules;
    struct board board = {snapshot_load(s), change};
    struct referral facts;
    struct decision d;
    struct case_row r;
    int *former, n;
    if (!clerk_ok(c, j, case_read(c->db, a, x->at.referral, &r)) || !former_of(a, &rules->roster, &r.docket, &former, &n))
        return false;
    if (!reopened(c, a, rules, x, &r, &facts)) {
        x->action = ACTION_UNREADABLE;
        return true;
    }
    int holder = str_empty(x->at.organisation) ? -1 : roster_find(&rules->roster, x->at.organisation);
    struct reroute_load load = {{board_load_of, &board}, holder};
    if (!decide(a, rules, &facts, former, n, reroute_load(&load), &d))
        return false;
    bool waits_on = x->at.state == STATE_MANUAL && d.outcome != OUTCOME_ASSIGNED && str_eq(d.code, r.docket.reason);
    x->action = waits_on || reroute_keeps(rules, &d, holder) ? ACTION_STAYS : ACTION_MOVES;
    keep_decision(j, rules, &d, x);
    if (x->action == ACTION_MOVES && d.outcome == OUTCOME_ASSIGNED)
        change[d.organisation]++;
    if (x->action == ACTION_MOVES && holder >= 0)
        change[holder]--;
    return true;
}

static bool preview(struct clerk *c, struct job *j, struct snapshot *s, struct page *page)
{
    int *change = page->change = ARENA_ARRAY(j->arena, (size_t)s->rules->roster.n + 1, int);
    bool ok = change && carried_read(j, &s->rules->roster, change);
    for (int i = 0; ok && i < page->n; i++) {
        struct affected *x = &page->rows[i];
        if (x->at.state == STATE_ACCEPTED || x->at.state == STATE_SUSPENDED) {
            x->action = ACTION_ACCEPTED;
        } else if (x->at.by_hand) {
            x->action = ACTION_BY_HAND;
        } else {
            struct arena *a = arena_new(PREVIEW_BUDGET);
            ok = a && decide_anew(c, j, a, s, change, x);
            arena_free(a);
        }
    }
    if (!ok && str_empty(j->sheets.error))
        job_fail(j, "out of memory; nothing was done");
    return ok;
}

/* ---- the answer ---- */

static void sheet_page(struct job *j, const struct page *page)
{
    static const struct sheet_column columns[] = {{"referral", "referral", CELL_TEXT},
                                                  {"agency", "agency", CELL_TEXT},
                                                  {"agency_ref", "agency's number", CELL_TEXT},
                                                  {"state", "state", CELL_TEXT},
                                                  {"rule", "rule", CELL_TEXT},
                                                  {"organisation", "organisation", CELL_TEXT},
                                                  {"action", "now", CELL_TEXT},
                                                  {"zh", "处理", CELL_TEXT},
                                                  {"to_rule", "by rule", CELL_TEXT},
                                                  {"to_organisation", "to", CELL_TEXT},
                                                  {"to_name", "组织", CELL_TEXT},
                                                  {"to_reason", "waits because", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    static const struct sheet_column more[] = {{"affected", "open and decided by it", CELL_INTEGER}, {"next", "next", CELL_TEXT}, {"changes", "changes", CELL_TEXT}, {NULL, NULL, 0}};
    char id[ID_TEXT_SIZE];
    struct sheet *sheet = sheet_add(&j->sheets, "affected", "Open referrals that this version decided", columns, false);
    for (int i = 0; i < page->n; i++) {
        const struct affected *x = &page->rows[i];
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        const struct str cells[] = {
            arena_str(j->arena, str_from(id_text(x->at.referral, id))),
            x->at.agency,
            x->at.agency_ref,
            cell_word(state_words, x->at.state),
            x->at.rule,
            x->at.organisation,
            cell_word(action_words, (int)x->action),
            str_from(word_zh(action_words, (int)x->action)),
            x->to_rule,
            x->to_organisation,
            x->to_name,
            x->to_reason,
        };
        memcpy(row, cells, sizeof(cells));
    }
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "page", "", more, true));
    if (!row)
        return;
    row[0] = cell_int(j->arena, page->total);
    row[1] = id_is_zero(page->next) ? STR("") : arena_str(j->arena, str_from(id_text(page->next, id)));
    row[2] = page->changes;
}

/* ---- carried out ---- */

static bool order_moves(struct clerk *c, struct job *j, struct page *page, struct str reason)
{
    if (!act_room(j, page->n))
        return false;
    for (int i = 0; i < page->n; i++) {
        struct affected *x = &page->rows[i];
        if (x->action != ACTION_MOVES)
            continue;
        struct work *w = act_new(c, j, EVENT_REROUTE, x->at.referral);
        if (!w)
            return false;
        w->agency = arena_str(w->arena, x->at.agency);
        w->event.decisions = x->at.decisions;
        w->event.text = arena_str(w->arena, reason);
        x->work = w;
    }
    return true;
}

static enum action came_of(const struct work *w)
{
    if (w->busy)
        return ACTION_BUSY;
    if (!w->event.done)
        return ACTION_CHANGED;
    return w->event.repeat ? ACTION_STAYS : ACTION_MOVED;
}

void affected_finish(struct job *j, const struct work *w)
{
    struct page *page = j->plan;
    for (int i = 0; i < page->n; i++) {
        struct affected *x = &page->rows[i];
        if (x->work != w)
            continue;
        x->work = NULL;
        x->action = came_of(w);
        if (x->action != ACTION_MOVED || str_eq(x->to_organisation, w->event.organisation))
            continue;
        int org = roster_find(&w->snapshot->rules->roster, w->event.organisation);
        x->to_organisation = arena_str(j->arena, w->event.organisation);
        x->to_name = org >= 0 ? arena_str(j->arena, w->snapshot->rules->roster.items[org].name) : STR("");
        x->to_reason = org >= 0 ? STR("") : x->to_reason;
    }
    if (++page->done == j->n_posted)
        sheet_page(j, page);
}

/* ---- the verb ---- */

static bool read_page(struct clerk *c, struct job *j, struct digest hash, struct page *page)
{
    struct str after = job_option(j, "after");
    struct affected_row *rows;
    struct id from = {0};
    int limit;
    if (!job_number(j, "limit", PAGE_MAX, PAGE_DEFAULT, &limit))
        return false;
    if (after.p && !id_parse(after, &from)) {
        job_fail(j, "--after takes the id of the last referral of the page before");
        return false;
    }
    if (!clerk_ok(c, j, affected_list(c->db, j->arena, hash, from, limit, &rows, &page->n)) ||
        (!after.p && !clerk_ok(c, j, affected_count(c->db, j->arena, hash, &page->total))))
        return false;
    page->rows = ARENA_ARRAY(j->arena, (size_t)page->n + 1, struct affected);
    for (int i = 0; page->rows && i < page->n; i++)
        page->rows[i] = (struct affected){.at = rows[i]};
    if (page->n == limit)
        page->next = rows[page->n - 1].referral;
    return page->rows;
}

static bool may_apply(struct job *j, const struct snapshot *s, struct digest hash, struct str *reason)
{
    if (!act_operator(j) || !job_reason(j, true, reason))
        return false;
    if (!digest_eq(s->rules->hash, hash))
        return true;
    job_fail(j, "that version is in force here: it would decide the same again. `rules rollback` first, or `reload` mended rules");
    return false;
}

void verb_rules_affected(struct clerk *c, struct job *j)
{
    bool apply = job_option(j, "apply").p;
    struct page *page = ARENA_NEW(j->arena, struct page);
    struct str reason = STR("");
    struct digest hash;
    if (!page || !job_version(c, j, j->args[0], &hash))
        return;
    struct snapshot *s = publication_get(c->office->publication);
    if (!s)
        job_fail(j, "no configuration is published yet; the log says why");
    else if ((!apply || may_apply(j, s, hash, &reason)) && read_page(c, j, hash, page) && preview(c, j, s, page) &&
             (!apply || order_moves(c, j, page, reason))) {
        j->plan = page;
        if (!apply && !id_is_zero(page->next))
            page->changes = carried_text(j->arena, &s->rules->roster, page->change);
        if (j->n_works == 0)
            sheet_page(j, page);
    }
    snapshot_unref(s);
}
