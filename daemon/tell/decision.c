/*
 * decision.c - the decision itself, and who was looked at
 */
#include "tell/tell.h"

const struct word tell_outcomes[] = {{OUTCOME_ASSIGNED, "assigned", "已指派"},
                                        {OUTCOME_MANUAL, "manual", "转人工指派"},
                                        {OUTCOME_REFUSED, "refused", "不予受理"},
                                        {0, NULL, NULL}};
const struct word tell_units[] = {{DURATION_WORKDAYS, "workdays", "个工作日"},
                                     {DURATION_DAYS, "days", "日"},
                                     {DURATION_MONTHS, "months", "个月"},
                                     {0, NULL, NULL}};

struct str tell_word(const struct word *table, int value)
{
    return value ? str_from(word_of(table, value)) : STR("");
}

const char *tell_name(const struct telling *t, const char *what)
{
    struct str s = arena_printf(t->sheets->arena, "%s_%d", what, t->n);
    return s.p ? s.p : what;
}

struct str tell_line(const struct source *source, struct str file, unsigned line)
{
    for (int i = 0; source && i < source->n; i++) {
        struct str rest = source->files[i].bytes;
        if (!str_eq(source->files[i].name, file))
            continue;
        for (unsigned at = 1; rest.n > 0; at++) {
            const char *end = memchr(rest.p, '\n', rest.n);
            struct str this = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
            if (at == line) {
                while (this.n && (*this.p == ' ' || *this.p == '-'))
                    this = (struct str){this.p + 1, this.n - 1};
                while (this.n && (this.p[this.n - 1] == '\r' || this.p[this.n - 1] == ' '))
                    this.n--;
                return this;
            }
            size_t skip = end ? this.n + 1 : this.n;
            rest = (struct str){rest.p + skip, rest.n - skip};
        }
    }
    return (struct str){NULL, 0};
}

static struct str text_time(struct arena *a, int64_t ms)
{
    return ms ? cell_int(a, ms) : STR("");
}

static struct str text_duration(struct arena *a, struct duration d)
{
    return d.count ? arena_printf(a, "%d %s", d.count, word_of(tell_units, (int)d.unit)) : STR("");
}

static struct str text_tags(struct arena *a, const struct record *r)
{
    struct str all = STR("");
    for (int i = 0; i < r->n_tags; i++)
        all = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(all), i ? " " : "", STR_ARG(r->tags[i]));
    return all;
}

static int rule_by_id(const struct ruleset *rs, struct str id)
{
    for (int i = 0; rs && i < rs->n_rules; i++)
        if (str_eq(rs->rules[i].id, id))
            return i;
    return -1;
}

static struct str organisation_name(const struct telling *t, struct str id)
{
    int i = t->rules ? roster_find(&t->rules->roster, id) : -1;
    return i >= 0 ? arena_str(t->sheets->arena, t->rules->roster.items[i].name) : STR("");
}

/* A line of a sheet with one row. */
struct line {
    struct sheet_column column;
    struct str cell;
};

static void tell_lines(const struct telling *t, const char *name, const char *title, const struct line *lines, int n)
{
    struct sheet_column *columns = ARENA_ARRAY(t->sheets->arena, (size_t)n + 1, struct sheet_column); /* the last: none */
    for (int i = 0; columns && i < n; i++)
        columns[i] = lines[i].column;
    struct str *row = columns ? sheet_row(t->sheets, sheet_add(t->sheets, name, title, columns, true)) : NULL;
    for (int i = 0; row && i < n; i++)
        row[i] = lines[i].cell;
}

/* Its number from 1, where it was the rules that came to it. */
static struct str text_rung(struct arena *a, const struct record *r)
{
    bool climbed = r->rung >= 0 && r->outcome == OUTCOME_ASSIGNED && str_empty(r->by);
    return climbed ? cell_int(a, r->rung + 1) : STR("");
}

void tell_decision(const struct telling *t)
{
    char hex[DIGEST_HEX_SIZE];
    struct arena *a = t->sheets->arena;
    const struct record *r = t->record;
    int rule = rule_by_id(t->rules, r->rule);
    struct str title = arena_printf(a, "Decision %d", t->n);
    const struct line lines[] = {
        {{"n", "decision", CELL_INTEGER}, cell_int(a, t->n)},
        {{"at", "at", CELL_TIME}, text_time(a, t->at_ms)},
        {{"by", "by", CELL_TEXT}, str_empty(r->by) ? STR("the rules") : r->by},
        {{"outcome", "outcome", CELL_TEXT}, tell_word(tell_outcomes, (int)r->outcome)},
        {{"outcome_zh", "结果", CELL_TEXT}, str_from(word_zh(tell_outcomes, (int)r->outcome))},
        {{"organisation", "organisation", CELL_TEXT}, r->organisation},
        {{"organisation_name", "组织", CELL_TEXT}, organisation_name(t, r->organisation)},
        {{"partner", "jointly with", CELL_TEXT}, r->partner},
        {{"partner_name", "协同组织", CELL_TEXT}, organisation_name(t, r->partner)},
        {{"code", "code", CELL_TEXT}, r->code},
        {{"rule", "rule", CELL_TEXT}, str_empty(r->rule) && str_empty(r->by) ? STR("none matched") : r->rule},
        {{"rule_name", "rule's name", CELL_TEXT}, rule >= 0 ? arena_str(a, t->rules->rules[rule].name) : STR("")},
        {{"rule_at", "rule stands at", CELL_TEXT},
         r->rule_line ? arena_printf(a, STR_FMT ":%u", STR_ARG(r->rule_file), r->rule_line) : STR("")},
        {{"rung", "rung", CELL_INTEGER}, text_rung(a, r)},
        {{"classifier", "category set by", CELL_TEXT}, r->classifier},
        {{"category", "category", CELL_TEXT}, r->category},
        {{"tags", "tags", CELL_TEXT}, text_tags(a, r)},
        {{"earlier", "earlier of the same parties", CELL_INTEGER}, r->earlier.count ? cell_int(a, r->earlier.count) : STR("")},
        {{"earlier_at", "the latest", CELL_TIME}, r->earlier.last_ms ? text_time(a, r->earlier.last_ms) : STR("")},
        {{"earlier_organisation", "went to before, or linked", CELL_TEXT}, r->earlier.organisation},
        {{"respond_within", "respond within", CELL_TEXT}, text_duration(a, r->respond_within)},
        {{"finish_within", "finish within", CELL_TEXT}, text_duration(a, r->finish_within)},
        {{"ruleset", "rule set", CELL_TEXT}, arena_str(a, str_from(digest_hex(r->ruleset, hex)))},
        {{"rederived", "re-derived", CELL_TEXT}, arena_str(a, t->rederived)},
    };
    if (title.p)
        tell_lines(t, tell_name(t, "decision"), title.p, lines, sizeof lines / sizeof *lines);
}

/* The deciding rule's conditions, as the operator wrote them. */
void tell_conditions(const struct telling *t)
{
    static const struct sheet_column columns[] = {
        {"file", "file", CELL_TEXT}, {"line", "line", CELL_INTEGER}, {"condition", "condition that held", CELL_TEXT}, {NULL, NULL, 0}};
    int i = rule_by_id(t->rules, t->record->rule);
    if (i < 0 || str_empty(t->record->rule))
        return;
    const struct rule *rule = &t->rules->rules[i];
    struct sheet *sheet = NULL;
    struct str last_file = STR("");
    unsigned last = 0;
    for (int k = 1; k < rule->n_when; k++) {
        unsigned line = rule->when[k].line;
        struct str file = rule->when[k].file ? *rule->when[k].file : rule->file;
        struct str text = tell_line(t->source, file, line);
        if ((line == last && str_eq(file, last_file)) || !text.p)
            continue;
        last = line;
        last_file = file;
        if (!sheet)
            sheet = sheet_add(t->sheets, tell_name(t, "conditions"), "Its conditions", columns, false);
        struct str *row = sheet_row(t->sheets, sheet);
        if (!row)
            return;
        row[0] = arena_str(t->sheets->arena, file);
        row[1] = cell_int(t->sheets->arena, line);
        row[2] = arena_str(t->sheets->arena, text);
    }
}

void tell_candidates(const struct telling *t)
{
    static const struct sheet_column columns[] = {
        {"rung", "rung", CELL_INTEGER},   {"organisation", "organisation", CELL_TEXT},
        {"name", "名称", CELL_TEXT},      {"as", "as", CELL_TEXT},
        {"open", "open", CELL_INTEGER},   {"capacity", "of", CELL_INTEGER},
        {"passed", "why", CELL_TEXT},     {"zh", "原因", CELL_TEXT},
        {NULL, NULL, 0}};
    const struct record *r = t->record;
    struct arena *a = t->sheets->arena;
    if (r->n_candidates == 0)
        return;
    struct sheet *sheet = sheet_add(
        t->sheets, tell_name(t, "candidates"),
        r->truncated ? "Candidates (the ladder has more than were looked at)" : "Candidates", columns, false);
    for (int i = 0; i < r->n_candidates; i++) {
        const struct record_candidate *k = &r->candidates[i];
        struct str *row = sheet_row(t->sheets, sheet);
        if (!row)
            return;
        row[0] = cell_int(a, k->rung + 1);
        row[1] = k->organisation;
        row[2] = organisation_name(t, k->organisation);
        row[3] = k->partner ? STR("partner") : STR("");
        row[4] = cell_int(a, k->open);
        row[5] = cell_int(a, k->capacity);
        row[6] = str_from(word_of(passed_words, (int)k->passed));
        row[7] = str_from(word_zh(passed_words, (int)k->passed));
    }
}

/* --rules: those that stand before the deciding one, and the condition that did not hold. */
void tell_rules_before(const struct telling *t)
{
    static const struct sheet_column columns[] = {{"rule", "rule", CELL_TEXT},
                                                  {"name", "name", CELL_TEXT},
                                                  {"at", "condition that did not hold", CELL_TEXT},
                                                  {"condition", "as written", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct arena *a = t->sheets->arena;
    int last = rule_by_id(t->rules, t->record->rule), n;
    struct rule_trace *trace;
    if (!t->referral ||
        !decide_trace(a, t->rules, t->referral, last >= 0 ? last : t->rules->n_rules - 1, &trace,
                      &n))
        return;
    struct sheet *sheet = sheet_add(t->sheets, tell_name(t, "rules_before"),
                                    "Rules that stand before it", columns, false);
    for (int i = 0; i < n; i++) {
        const struct rule *rule = &t->rules->rules[trace[i].rule];
        struct str *row = trace[i].matched ? NULL : sheet_row(t->sheets, sheet);
        if (!row)
            continue;
        row[0] = arena_str(a, rule->id);
        row[1] = arena_str(a, rule->name);
        row[2] = arena_printf(a, STR_FMT ":%u", STR_ARG(trace[i].failed_file), trace[i].failed_line);
        row[3] = arena_str(a, tell_line(t->source, trace[i].failed_file, trace[i].failed_line));
    }
}
