/*
 * why.c - near misses, and why an organisation did not get a referral: what explain tells beyond the decision
 *
 * Conditions and values of the rules are shown, never what the referral says.
 */
#include "tell/tell.h"

#include "conf/wording.h"
#include "core/nearmiss.h"
#include "core/whynot.h"

enum { NEAR_MISSES_SHOWN = 8, WORDS_SHOWN = 6 };

static struct str place_of(struct arena *a, const struct rule *r, const struct cond *c)
{
    struct str file = c->file ? *c->file : r->file;
    return arena_printf(a, STR_FMT ":%u", STR_ARG(file), c->line);
}

/* The rule before the deciding one; the last of all when none decided. */
static int last_before(const struct telling *t)
{
    for (int i = 0; i < t->rules->n_rules; i++)
        if (str_eq(t->rules->rules[i].id, t->record->rule))
            return i - 1;
    return t->rules->n_rules - 1;
}

/* The condition in words, with "not" where it would have to fail. */
static struct str wish_text(struct arena *a, const struct ruleset *rs, struct leaf_wish w)
{
    struct wording wording = {.a = a, .rs = rs, .most = WORDS_SHOWN};
    struct str text = wording_condition(&wording, w.leaf);
    return text.p && !w.wanted ? arena_printf(a, "not: " STR_FMT, STR_ARG(text)) : text;
}

void tell_near_misses(const struct telling *t)
{
    static const struct sheet_column columns[] = {{"rule", "rule", CELL_TEXT},        {"name", "name", CELL_TEXT},
                                                  {"at", "the one predicate", CELL_TEXT}, {"fact", "fact", CELL_TEXT},
                                                  {"fact_zh", "事实", CELL_TEXT},      {"wanted", "would have had to be", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct near_miss *found;
    struct arena *a = t->sheets->arena;
    const struct ruleset *rs = t->rules;
    int n, total;
    if (!rs || !t->referral || !nearmiss_find(a, rs, t->referral, last_before(t), NEAR_MISSES_SHOWN, &found, &n, &total) || n == 0)
        return;
    struct str title = total > n ? arena_printf(a, "Near misses: %d rules before it failed in one predicate only; the first %d", total, n)
                                 : STR("Near misses: rules before it that failed in one predicate only");
    struct sheet *sheet = title.p ? sheet_add(t->sheets, tell_name(t, "near_misses"), title.p, columns, false) : NULL;
    for (int i = 0; i < n; i++) {
        const struct rule *rule = &rs->rules[found[i].rule];
        enum fact fact = fact_of(found[i].wish.leaf->kind);
        struct str *row = sheet_row(t->sheets, sheet);
        if (!row)
            return;
        row[0] = arena_str(a, rule->id);
        row[1] = arena_str(a, rule->name);
        row[2] = place_of(a, rule, found[i].wish.leaf);
        row[3] = tell_word(fact_words, (int)fact);
        row[4] = fact ? str_from(word_zh(fact_words, (int)fact)) : STR("");
        row[5] = wish_text(a, rs, found[i].wish);
    }
}

/* ---- why not ---- */

/* As recorded where it was looked at; else the board that was given. */
struct why_load {
    const struct ruleset *rules;
    const struct record *record;
    struct load_view now;
};

static struct load why_load_of(void *context, int organisation)
{
    const struct why_load *l = context;
    const struct organisation *org = &l->rules->roster.items[organisation];
    for (int i = 0; i < l->record->n_candidates; i++) {
        const struct record_candidate *c = &l->record->candidates[i];
        if (str_eq(c->organisation, org->id))
            return (struct load){.open = c->open, .capacity = c->capacity, .given_ms = c->given_ms};
    }
    return l->now.of ? l->now.of(l->now.context, organisation) : (struct load){.open = 0, .capacity = org->capacity};
}

static const char *const results[] = {
    [WHYNOT_HAS_IT] = "it got it",
    [WHYNOT_FOUND] = "with these facts changed it would get it",
    [WHYNOT_CLOSED] = "it is closed: it takes nothing",
    [WHYNOT_NO_RULE] = "no rung of any rule leads to it",
    [WHYNOT_NOT_FOUND] = "not by changing three facts or fewer",
    [WHYNOT_GAVE_UP] = "too much to try: nothing was found within the limit",
};

static struct str new_value(struct arena *a, const struct ruleset *rs, enum fact fact, const struct referral *r)
{
    switch (fact) {
    case FACT_MODE:
        return str_from(word_of(mode_words, (int)r->mode));
    case FACT_CATEGORY:
        return r->category >= 0 ? arena_str(a, rs->categories.items[r->category].code) : STR("none");
    case FACT_PLACE:
        return arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(rs->regions.items[r->place].code), STR_ARG(rs->regions.items[r->place].name));
    case FACT_CLAIM:
        return r->has_claim ? arena_printf(a, "%lld.%02d %.3s", (long long)(r->claim_minor / 100), (int)(r->claim_minor % 100), r->currency)
                            : STR("none");
    default: /* what could be more than a word of the rules is not repeated */
        return STR("");
    }
}

static void sheet_standing(const struct telling *t, struct str organisation, const struct whynot *w)
{
    static const struct sheet_column columns[] = {{"organisation", "organisation", CELL_TEXT},
                                                  {"result", "result", CELL_TEXT},
                                                  {"stood", "as it was", CELL_TEXT},
                                                  {"zh", "原因", CELL_TEXT},
                                                  {"open", "open", CELL_INTEGER},
                                                  {"capacity", "of", CELL_INTEGER},
                                                  {"excluded", "declined before", CELL_BOOL},
                                                  {"rule", "by rule", CELL_TEXT},
                                                  {"rung", "rung", CELL_INTEGER},
                                                  {"near", "comes near", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct arena *a = t->sheets->arena;
    const struct ruleset *rs = t->rules;
    bool found = w->result == WHYNOT_FOUND, near = !found && w->near_rule >= 0;
    struct str *row = sheet_row(t->sheets, sheet_add(t->sheets, tell_name(t, "why_not"), "Why not this one", columns, true));
    if (!row)
        return;
    row[0] = organisation;
    row[1] = found && w->n == 0 ? STR("the facts are right: its load, or that it declined before, kept it away") : str_from(results[w->result]);
    row[2] = w->candidate ? arena_printf(a, "on rung %d: %s", w->rung + 1, word_of(passed_words, (int)w->passed)) : STR("not looked at");
    row[3] = w->candidate ? str_from(word_zh(passed_words, (int)w->passed)) : STR("");
    row[4] = cell_int(a, w->open);
    row[5] = cell_int(a, w->capacity);
    row[6] = cell_bool(w->excluded);
    row[7] = found && w->decision.rule >= 0 ? arena_str(a, rs->rules[w->decision.rule].id) : STR("");
    row[8] = found ? cell_int(a, w->decision.rung + 1) : STR("");
    row[9] = near ? arena_printf(a, "rule " STR_FMT " would look at it, and pass it over: %s", STR_ARG(rs->rules[w->near_rule].id),
                                 word_of(passed_words, (int)w->near_passed))
                  : STR("");
}

static void sheet_changes(const struct telling *t, const struct whynot *w)
{
    static const struct sheet_column columns[] = {{"fact", "fact", CELL_TEXT},
                                                  {"fact_zh", "事实", CELL_TEXT},
                                                  {"wanted", "would have to be", CELL_TEXT},
                                                  {"value", "for instance", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct arena *a = t->sheets->arena;
    const struct ruleset *rs = t->rules;
    if (w->result != WHYNOT_FOUND || w->n == 0)
        return;
    struct sheet *sheet = sheet_add(t->sheets, tell_name(t, "changes"), "The fewest facts that would have to be others", columns, false);
    for (int i = 0; i < w->n; i++) {
        const struct whynot_change *c = &w->changes[i];
        struct str *row = sheet_row(t->sheets, sheet);
        if (!row)
            return;
        row[0] = tell_word(fact_words, (int)c->fact);
        row[1] = str_from(word_zh(fact_words, (int)c->fact));
        row[2] = c->wish.leaf ? wish_text(a, rs, c->wish) : STR("as the rung asks for");
        row[3] = new_value(a, rs, c->fact, &w->changed);
    }
}

static bool excluded_of(struct arena *a, const struct ruleset *rs, const struct record *r, int **out, int *n)
{
    *n = 0;
    *out = ARENA_ARRAY(a, (size_t)r->n_excluded + 1, int);
    for (int i = 0; *out && i < r->n_excluded; i++) {
        int org = roster_find(&rs->roster, r->excluded[i]);
        if (org >= 0)
            (*out)[(*n)++] = org;
    }
    return *out;
}

bool tell_why_not(const struct telling *t, struct str organisation, struct load_view now)
{
    struct arena *a = t->sheets->arena;
    int org = roster_find(&t->rules->roster, organisation), *excluded, n;
    if (org < 0) {
        t->sheets->error = arena_printf(a, "no organisation has the id `" STR_FMT "` in the rule set of that decision", STR_ARG(organisation));
        return false;
    }
    struct why_load load = {t->rules, t->record, now};
    struct whynot w;
    bool ok = excluded_of(a, t->rules, t->record, &excluded, &n);
    const struct whynot_question ask = {t->rules, t->referral, excluded, n, {why_load_of, &load}, org};
    if (!ok || !whynot_ask(a, &ask, &w)) {
        t->sheets->error = STR("out of memory");
        return false;
    }
    sheet_standing(t, organisation, &w);
    sheet_changes(t, &w);
    return true;
}
