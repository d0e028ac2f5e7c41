/*
 * analyse_outcome.c - what a rule does, as a line; lines compare, whatever the rule is called
 */
#include "core/analyse_cover.h"
#include "core/analyse_inner.h"

#include <stdlib.h>

struct line {
    struct arena *a;
    struct str text;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str more = arena_vprintf(l->a, fmt, ap);
    va_end(ap);
    l->text =
        more.p && l->text.p ? arena_printf(l->a, STR_FMT STR_FMT, STR_ARG(l->text), STR_ARG(more)) : more;
}

static void add_words(struct line *l, const char *key, const struct word *words, uint64_t set)
{
    const char *before = key;
    for (const struct word *w = words; w->word; w++) {
        if (w->value < 64 && (set >> w->value & 1)) {
            add(l, "%s%s", before, w->word);
            before = ",";
        }
    }
}

static void add_duration(struct line *l, const char *key, struct duration d)
{
    static const char *const units[] = {
        [DURATION_WORKDAYS] = "workdays", [DURATION_DAYS] = "days", [DURATION_MONTHS] = "months"};
    if (d.count)
        add(l, "%s%d %s", key, d.count, units[d.unit]);
}

static void add_where(struct line *l, const struct ruleset *rs, const struct target *t)
{
    static const char *const words[] = {[TARGET_WITHIN] = " within ", [TARGET_IS] = " in "};
    if (t->where == TARGET_NEIGHBOURING)
        add(l, " neighbouring");
    else if (t->where != TARGET_NEAREST)
        add(l, "%s" STR_FMT, words[t->where], STR_ARG(rs->regions.items[t->region].code));
}

static void add_target(struct line *l, const struct ruleset *rs, const struct target *t)
{
    add_words(l, " ", org_kind_words, t->kinds);
    add_words(l, " level ", region_level_words, t->levels);
    for (int i = 0; i < t->n_specialities; i++)
        add(l, "%s" STR_FMT, i ? "," : " for ", STR_ARG(rs->categories.items[t->specialities[i]].code));
    if (t->speciality_matching)
        add(l, " matching");
    for (int i = 0; i < t->n_organisations; i++)
        add(l, "%s" STR_FMT, i ? "," : " ", STR_ARG(rs->roster.items[t->organisations[i]].id));
    if (t->stationed)
        add(l, " stationed");
    add_where(l, rs, t);
    if (t->rating_at_least)
        add(l, " rated %d", t->rating_at_least);
    if (t->open_now)
        add(l, " open");
    for (int i = 0; i < t->n_languages; i++)
        add(l, "%s" STR_FMT, i ? "," : " speaking ", STR_ARG(t->languages[i]));
}

static void add_rung(struct line *l, const struct ruleset *rs, const struct rung *r)
{
    add_target(l, rs, &r->to);
    if (r->jointly) {
        add(l, " with");
        add_target(l, rs, r->jointly);
    }
    if (r->pick != PICK_LEAST_LOADED)
        add(l, " by %s", word_of(pick_words, (int)r->pick + 1));
    add_duration(l, " respond ", r->respond_within);
    add_duration(l, " finish ", r->finish_within);
}

struct str outcome_text(struct arena *a, const struct ruleset *rs, const struct rule *rule)
{
    struct line l = {.a = a};
    switch (rule->outcome) {
    case OUTCOME_MANUAL:
        add(&l, "manual: " STR_FMT, STR_ARG(rule->code));
        break;
    case OUTCOME_REFUSED:
        add(&l, "refused: " STR_FMT " (" STR_FMT "; " STR_FMT ")", STR_ARG(rule->code), STR_ARG(rule->text),
            STR_ARG(rule->basis));
        break;
    case OUTCOME_ASSIGNED:
        add(&l, "route:");
        for (int i = 0; i < rule->n_rungs; i++) {
            add(&l, i ? " |" : "");
            add_rung(&l, rs, &rule->rungs[i]);
        }
        break;
    }
    return l.text;
}

struct str target_text(struct arena *a, const struct ruleset *rs, const struct target *t)
{
    struct line l = {.a = a};
    add_target(&l, rs, t);
    return l.text.p ? l.text : STR("");
}

struct numbered {
    struct str text;
    int at;
};

static int by_text(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int c = str_cmp(x->text, y->text);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

int *outcome_numbers(struct arena *a, struct arena *scratch, const struct ruleset *const *rulesets,
                     int n_rulesets)
{
    size_t n = 0;
    for (int i = 0; i < n_rulesets; i++)
        n += (size_t)rulesets[i]->n_rules;
    struct numbered *all = ARENA_ARRAY(scratch, n + 1, struct numbered);
    int *numbers = ARENA_ARRAY(a, n + 1, int), at = 0, number = 0;
    if (!all || !numbers)
        return NULL;
    for (int i = 0; i < n_rulesets; i++) {
        for (int k = 0; k < rulesets[i]->n_rules; k++, at++) {
            all[at] = (struct numbered){outcome_text(scratch, rulesets[i], &rulesets[i]->rules[k]), at};
            if (!all[at].text.p)
                return NULL;
        }
    }
    if (n)
        qsort(all, n, sizeof *all, by_text);
    for (size_t i = 0; i < n; i++) {
        number += i > 0 && !str_eq(all[i].text, all[i - 1].text);
        numbers[all[i].at] = number;
    }
    return numbers;
}
