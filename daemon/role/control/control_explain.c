/*
 * control_explain.c - `explain`: each decision about a referral, why it came out so, and the same again
 */
#include "role/control/control_parts.h"

#include "store/reader.h"

enum { SHOWN_MAX = 8 }; /* newest decisions in one answer; at most eight sheets each */

/* One decision on its way into sheets. */
struct view {
    struct job *job;
    int n;
    int64_t at_ms;
    const struct explain_set *set; /* NULL: not at hand */
    struct explanation x;
    bool erased;
};

static const char *sheet_name(struct view *v, const char *what)
{
    struct str s = arena_printf(v->job->arena, "%s_%d", what, v->n);
    return s.p ? s.p : what;
}

static struct str text_duration(struct arena *a, struct duration d)
{
    return d.count ? arena_printf(a, "%d %s", d.count, word_of(explain_units, (int)d.unit)) : STR("");
}

static struct str text_tags(struct arena *a, const struct record *r)
{
    struct str all = STR("");
    for (int i = 0; i < r->n_tags; i++)
        all = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(all), i ? " " : "", STR_ARG(r->tags[i]));
    return all;
}

static int rule_by_id(const struct explain_set *set, struct str id)
{
    for (int i = 0; set && i < set->rules->n_rules; i++)
        if (str_eq(set->rules->rules[i].id, id))
            return i;
    return -1;
}

static struct str organisation_name(struct view *v, struct str id)
{
    int i = v->set ? roster_find(&v->set->rules->roster, id) : -1;
    return i >= 0 ? arena_str(v->job->arena, v->set->rules->roster.items[i].name) : STR("");
}

static struct str text_result(struct view *v)
{
    switch (v->x.result) {
    case EXPLAINED_IDENTICAL:
        return STR("identical");
    case EXPLAINED_DIFFERENT:
        return STR("DIFFERS");
    case EXPLAINED_BY_HAND:
        return STR("not applicable: assigned by hand");
    case EXPLAINED_NOT:
        break;
    }
    return arena_printf(v->job->arena, "not possible: %s",
                        v->erased ? "the referral's content was erased" : v->x.why);
}

static void sheet_decision(struct view *v)
{
    static const struct sheet_column columns[] = {{"n", "decision", CELL_INTEGER},
                                                  {"at", "at", CELL_TIME},
                                                  {"by", "by", CELL_TEXT},
                                                  {"outcome", "outcome", CELL_TEXT},
                                                  {"outcome_zh", "结果", CELL_TEXT},
                                                  {"organisation", "organisation", CELL_TEXT},
                                                  {"organisation_name", "组织", CELL_TEXT},
                                                  {"partner", "jointly with", CELL_TEXT},
                                                  {"partner_name", "协同组织", CELL_TEXT},
                                                  {"code", "code", CELL_TEXT},
                                                  {"rule", "rule", CELL_TEXT},
                                                  {"rule_name", "rule's name", CELL_TEXT},
                                                  {"rule_at", "rule stands at", CELL_TEXT},
                                                  {"rung", "rung", CELL_INTEGER},
                                                  {"classifier", "category set by", CELL_TEXT},
                                                  {"category", "category", CELL_TEXT},
                                                  {"tags", "tags", CELL_TEXT},
                                                  {"earlier", "earlier of the same parties", CELL_INTEGER},
                                                  {"earlier_at", "the latest", CELL_TIME},
                                                  {"earlier_organisation", "went to before, or linked", CELL_TEXT},
                                                  {"respond_within", "respond within", CELL_TEXT},
                                                  {"finish_within", "finish within", CELL_TEXT},
                                                  {"ruleset", "rule set", CELL_TEXT},
                                                  {"rederived", "re-derived", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    char hex[DIGEST_HEX_SIZE];
    struct arena *a = v->job->arena;
    const struct record *r = &v->x.stored;
    int rule = rule_by_id(v->set, r->rule);
    struct str title = arena_printf(a, "Decision %d", v->n);
    struct sheet *sheet = sheet_add(&v->job->sheets, sheet_name(v, "decision"), title.p, columns, true);
    struct str *row = sheet_row(&v->job->sheets, sheet);
    if (!row || !title.p)
        return;
    const struct str cells[] = {
        cell_int(a, v->n),
        cell_time(a, v->at_ms),
        str_empty(r->by) ? STR("the rules") : r->by,
        cell_word(explain_outcomes, (int)r->outcome),
        str_from(word_zh(explain_outcomes, (int)r->outcome)),
        r->organisation,
        organisation_name(v, r->organisation),
        r->partner,
        organisation_name(v, r->partner),
        r->code,
        str_empty(r->rule) && str_empty(r->by) ? STR("none matched") : r->rule,
        rule >= 0 ? arena_str(a, v->set->rules->rules[rule].name) : STR(""),
        r->rule_line ? arena_printf(a, STR_FMT ":%u", STR_ARG(r->rule_file), r->rule_line) : STR(""),
        r->rung >= 0 && r->outcome == OUTCOME_ASSIGNED && str_empty(r->by) ? cell_int(a, r->rung + 1)
                                                                           : STR(""),
        r->classifier,
        r->category,
        text_tags(a, r),
        r->earlier.count ? cell_int(a, r->earlier.count) : STR(""),
        r->earlier.last_ms ? cell_time(a, r->earlier.last_ms) : STR(""),
        r->earlier.organisation,
        text_duration(a, r->respond_within),
        text_duration(a, r->finish_within),
        arena_str(a, str_from(digest_hex(r->ruleset, hex))),
        text_result(v),
    };
    memcpy(row, cells, sizeof(cells));
}

/* The deciding rule's conditions, as the operator wrote them. */
static void sheet_conditions(struct view *v)
{
    static const struct sheet_column columns[] = {
        {"line", "line", CELL_INTEGER}, {"condition", "condition that held", CELL_TEXT}, {NULL, NULL, 0}};
    int i = rule_by_id(v->set, v->x.stored.rule);
    if (i < 0 || str_empty(v->x.stored.rule))
        return;
    const struct rule *rule = &v->set->rules->rules[i];
    struct sheet *sheet = NULL;
    unsigned last = 0;
    for (int k = 1; k < rule->n_when; k++) {
        unsigned line = rule->when[k].line;
        struct str text = explain_line(v->set, rule->file, line);
        if (line == last || !text.p)
            continue;
        last = line;
        if (!sheet)
            sheet = sheet_add(&v->job->sheets, sheet_name(v, "conditions"), "Its conditions", columns, false);
        struct str *row = sheet_row(&v->job->sheets, sheet);
        if (!row)
            return;
        row[0] = cell_int(v->job->arena, line);
        row[1] = arena_str(v->job->arena, text);
    }
}

static void sheet_candidates(struct view *v)
{
    static const struct sheet_column columns[] = {
        {"rung", "rung", CELL_INTEGER},   {"organisation", "organisation", CELL_TEXT},
        {"name", "名称", CELL_TEXT},      {"as", "as", CELL_TEXT},
        {"open", "open", CELL_INTEGER},   {"capacity", "of", CELL_INTEGER},
        {"passed", "why", CELL_TEXT},     {"zh", "原因", CELL_TEXT},
        {NULL, NULL, 0}};
    const struct record *r = &v->x.stored;
    struct arena *a = v->job->arena;
    if (r->n_candidates == 0)
        return;
    struct sheet *sheet = sheet_add(
        &v->job->sheets, sheet_name(v, "candidates"),
        r->truncated ? "Candidates (the ladder has more than were looked at)" : "Candidates", columns, false);
    for (int i = 0; i < r->n_candidates; i++) {
        const struct record_candidate *k = &r->candidates[i];
        struct str *row = sheet_row(&v->job->sheets, sheet);
        if (!row)
            return;
        row[0] = cell_int(a, k->rung + 1);
        row[1] = k->organisation;
        row[2] = organisation_name(v, k->organisation);
        row[3] = k->partner ? STR("partner") : STR("");
        row[4] = cell_int(a, k->open);
        row[5] = cell_int(a, k->capacity);
        row[6] = str_from(word_of(passed_words, (int)k->passed));
        row[7] = str_from(word_zh(passed_words, (int)k->passed));
    }
}

/* Only when something differs: then it says why in place of the conditions. */
static void sheet_differences(struct view *v)
{
    static const struct sheet_column columns[] = {{"field", "field", CELL_TEXT},
                                                  {"stored", "as recorded", CELL_TEXT},
                                                  {"derived", "as derived now", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet =
        sheet_add(&v->job->sheets, sheet_name(v, "differences"), "What differs", columns, false);
    for (size_t i = 0; i < v->x.n; i++) {
        struct str *row = sheet_row(&v->job->sheets, sheet);
        if (!row)
            return;
        row[0] = v->x.differences[i].field;
        row[1] = arena_str(v->job->arena, v->x.differences[i].stored);
        row[2] = arena_str(v->job->arena, v->x.differences[i].derived); /* may lie in the rule set */
    }
}

/* --rules: those that stand before the deciding one, and the condition that did not hold. */
static void sheet_rules_before(struct view *v)
{
    static const struct sheet_column columns[] = {{"rule", "rule", CELL_TEXT},
                                                  {"name", "name", CELL_TEXT},
                                                  {"at", "condition that did not hold", CELL_TEXT},
                                                  {"condition", "as written", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct arena *a = v->job->arena;
    int last = rule_by_id(v->set, v->x.stored.rule), n;
    struct rule_trace *trace;
    if (!v->x.reopened || v->x.result == EXPLAINED_BY_HAND ||
        !decide_trace(a, v->set->rules, &v->x.referral, last >= 0 ? last : v->set->rules->n_rules - 1, &trace,
                      &n))
        return;
    struct sheet *sheet = sheet_add(&v->job->sheets, sheet_name(v, "rules_before"),
                                    "Rules that stand before it", columns, false);
    for (int i = 0; i < n; i++) {
        const struct rule *rule = &v->set->rules->rules[trace[i].rule];
        struct str *row = trace[i].matched ? NULL : sheet_row(&v->job->sheets, sheet);
        if (!row)
            continue;
        row[0] = arena_str(a, rule->id);
        row[1] = arena_str(a, rule->name);
        row[2] = arena_printf(a, STR_FMT ":%u", STR_ARG(trace[i].failed_file), trace[i].failed_line);
        row[3] = arena_str(a, explain_line(v->set, trace[i].failed_file, trace[i].failed_line));
    }
}

/* Not where an operator chose, or the referral cannot be read. */
static bool by_rules(const struct view *v)
{
    return v->x.reopened && v->x.result != EXPLAINED_BY_HAND;
}

static void show_near_misses(struct view *v)
{
    int last = rule_by_id(v->set, v->x.stored.rule);
    if (by_rules(v))
        sheet_near_misses(v->job, sheet_name(v, "near_misses"), v->set->rules, &v->x.referral,
                          last >= 0 ? last - 1 : v->set->rules->n_rules - 1);
}

/* --why-not ORG: of the decisions that are shown. */
static bool show_why_not(struct clerk *c, struct view *v)
{
    const struct why_question q = {
        .rules = v->set ? v->set->rules : NULL,
        .record = &v->x.stored,
        .referral = &v->x.referral,
        .organisation = job_option(v->job, "why-not"),
        .name = sheet_name(v, "why_not"),
        .changes_name = sheet_name(v, "changes"),
    };
    return !q.organisation.p || !by_rules(v) || sheets_why_not(c, v->job, &q);
}

static void show_decision(struct view *v)
{
    sheet_decision(v);
    if (v->x.result == EXPLAINED_DIFFERENT)
        sheet_differences(v);
    else
        sheet_conditions(v);
    sheet_words(v->job, sheet_name(v, "words"), v->set, &v->x);
    sheet_candidates(v);
    show_near_misses(v);
    if (job_option(v->job, "rules").p)
        sheet_rules_before(v);
}

/* False when the store failed; the job says why. */
static bool explain_one(struct clerk *c, struct job *j, const struct case_row *r, struct str bytes,
                        const struct decision_read *d, int *different)
{
    struct view v = {.job = j, .n = d->n, .at_ms = d->at_ms, .erased = str_empty(r->sealed)};
    struct record stored;
    char why[200] = "";
    if (!record_decode(j->arena, d->record, &stored)) {
        job_fail(j, "the record of decision %d cannot be read", d->n);
        return false;
    }
    if (!clerk_ok(c, j, explain_fetch(c->explained, c->db, stored.ruleset, &v.set, why, sizeof(why))))
        return false;
    if (!explain_decision(j->arena, v.set, r->docket.agency, bytes, d->record, &v.x)) {
        job_fail(j, "out of memory");
        return false;
    }
    if (!v.set && why[0])
        v.x.why = arena_str(j->arena, str_from(why)).p;
    *different += v.x.result == EXPLAINED_DIFFERENT;
    show_decision(&v);
    return show_why_not(c, &v);
}

/* --decision N; 0: all. */
static bool wanted_decision(struct job *j, int n_decisions, int *out)
{
    struct str text = job_option(j, "decision");
    int n = 0;
    for (size_t i = 0; i < text.n && n <= 100000; i++)
        n = text.p[i] >= '0' && text.p[i] <= '9' ? n * 10 + (text.p[i] - '0') : 1000000;
    *out = n;
    if (!text.p || (n >= 1 && n <= n_decisions))
        return true;
    job_fail(j, "--decision takes a number from 1 to %d", n_decisions);
    return false;
}

void verb_explain(struct clerk *c, struct job *j)
{
    struct decision_read *decisions;
    struct case_row r;
    struct id id;
    int n, only, different = 0;
    if (!job_referral(j, &id) || !clerk_ok(c, j, case_read(c->db, j->arena, id, &r)))
        return;
    if (!r.found) {
        job_fail(j, "no referral has the id " STR_FMT, STR_ARG(j->args[0]));
        return;
    }
    if (!clerk_ok(c, j, decision_list(c->db, j->arena, id, &decisions, &n)) || !wanted_decision(j, n, &only))
        return;
    struct str bytes = referral_opened(c, j->arena, id, &r);
    int first = only ? only : n > SHOWN_MAX ? n - SHOWN_MAX + 1 : 1;
    for (int i = 0; i < n; i++) {
        if (decisions[i].n < first || (only && decisions[i].n != only))
            continue;
        if (!explain_one(c, j, &r, bytes, &decisions[i], &different))
            return;
    }
    if (different > 0)
        job_fail(j, "%d of the decisions came out differently when made again; the sheets say where",
                 different);
}
