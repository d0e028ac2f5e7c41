/*
 * rules_coverage.c - what no test exercises: rules, rungs, conditions, classifiers
 */
#include "ctl/rules_test.h"

#include "conf/coverage.h"
#include "conf/wording.h"
#include "core/mutate.h"

#include <stdlib.h>

/* So many of so many. */
struct share {
    int is, of;
};

/* One thing that is not exercised. */
struct gap {
    struct str file, item; /* id of the rule or classifier */
    unsigned line;
    struct str what, part;
};

struct telling {
    const struct report *r;
    struct coverage c;
    struct wording w;
    struct share rules, rungs, conditions, classifiers;
    struct gap *gaps;
    size_t n_gaps, cap_gaps;
};

static void note(struct telling *t, struct gap gap)
{
    struct gap *slot = ARENA_PUSH(t->w.a, t->gaps, t->n_gaps, t->cap_gaps);
    if (slot)
        *slot = gap;
}

static int by_place(const void *a, const void *b)
{
    const struct gap *x = a, *y = b;
    int c = str_cmp(x->file, y->file);
    if (c == 0)
        c = (x->line > y->line) - (x->line < y->line);
    return c ? c : str_cmp(x->part, y->part);
}

static void tell_gap(const struct report *r, const struct gap *g)
{
    if (!r->json) {
        fprintf(r->out, "%s/" STR_FMT ":%u: " STR_FMT ": " STR_FMT, r->set->shown_as, STR_ARG(g->file),
                g->line, STR_ARG(g->item), STR_ARG(g->what));
        if (g->part.n)
            fprintf(r->out, ": `" STR_FMT "`", STR_ARG(g->part));
        fputc('\n', r->out);
        return;
    }
    json_open(r->json, '{');
    json_key(r->json, "file"), json_text(r->json, g->file);
    json_key(r->json, "line"), json_int(r->json, g->line);
    json_key(r->json, "item"), json_text(r->json, g->item);
    json_key(r->json, "what"), json_text(r->json, g->what);
    json_key(r->json, "part"), json_text(r->json, g->part);
    json_close(r->json, '}');
}

/* ---- what is missing ---- */

static void note_conditions(struct telling *t, const struct covered *c, const struct cond *when, int n,
                            struct str file, struct str item)
{
    static const struct str unseen[] = {[0] = STR("no test looks at it"),
                                        [SEEN_FALSE] = STR("no test sees it hold"),
                                        [SEEN_TRUE] = STR("no test sees it fail")};
    for (int i = 0; i < n; i++)
        if (cond_payload(when[i].kind) != PAYLOAD_GROUP && c->seen[i] != SEEN_BOTH)
            note(t, (struct gap){when[i].file ? *when[i].file : file, item, when[i].line, unseen[c->seen[i]],
                                 wording_condition(&t->w, &when[i])});
}

static void note_rungs(struct telling *t, const struct covered *c, const struct rule *rule)
{
    for (int i = 0; i < rule->n_rungs; i++)
        if (!c->rungs[i])
            note(t, (struct gap){rule->rungs[i].file ? *rule->rungs[i].file : rule->file, rule->id, rule->rungs[i].line,
                                 arena_printf(t->w.a, "no test ends on rung %d", i + 1),
                                 wording_target(&t->w, &rule->rungs[i].to)});
}

static void note_rule(struct telling *t, int i)
{
    const struct rule *rule = &t->w.rs->rules[i];
    const struct covered *c = &t->c.rules[i];
    if (c->times)
        note_rungs(t, c, rule);
    else
        note(t,
             (struct gap){rule->file, rule->id, rule->line, STR("no test is decided by this rule"), STR("")});
    note_conditions(t, c, rule->when, rule->n_when, rule->file, rule->id);
}

static void note_classifier(struct telling *t, int i)
{
    const struct classifier *k = &t->w.rs->classifiers[i];
    const struct covered *c = &t->c.classifiers[i];
    if (!c->times)
        note(t, (struct gap){k->file, k->id, k->line, STR("applies to no test"), STR("")});
    note_conditions(t, c, k->when, k->n_when, k->file, k->id);
}

/* ---- sums ---- */

static void count_conditions(struct telling *t, const struct covered *c, const struct cond *when, int n)
{
    for (int i = 0; i < n; i++) {
        bool leaf = cond_payload(when[i].kind) != PAYLOAD_GROUP;
        t->conditions.of += leaf;
        t->conditions.is += leaf && c->seen[i] == SEEN_BOTH;
    }
}

static void count(struct telling *t)
{
    const struct ruleset *rs = t->w.rs;
    for (int i = 0; i < rs->n_rules; i++) {
        const struct covered *c = &t->c.rules[i];
        t->rules.of++;
        t->rules.is += c->times > 0;
        for (int k = 0; k < rs->rules[i].n_rungs; k++)
            t->rungs.of++, t->rungs.is += c->rungs[k] > 0;
        count_conditions(t, c, rs->rules[i].when, rs->rules[i].n_when);
    }
    for (int i = 0; i < rs->n_classifiers; i++) {
        t->classifiers.of++;
        t->classifiers.is += t->c.classifiers[i].times > 0;
        count_conditions(t, &t->c.classifiers[i], rs->classifiers[i].when, rs->classifiers[i].n_when);
    }
}

static void tell_share(const struct report *r, const char *what, struct share s)
{
    json_key(r->json, what), json_open(r->json, '{');
    json_key(r->json, "exercised"), json_int(r->json, s.is);
    json_key(r->json, "all"), json_int(r->json, s.of);
    json_close(r->json, '}');
}

static void tell_sums(const struct telling *t)
{
    const struct report *r = t->r;
    if (!r->json) {
        fprintf(r->out,
                "coverage: %d of %d rules, %d of %d rungs, %d of %d conditions both ways, %d of %d "
                "classifiers\n",
                t->rules.is, t->rules.of, t->rungs.is, t->rungs.of, t->conditions.is, t->conditions.of,
                t->classifiers.is, t->classifiers.of);
        return;
    }
    tell_share(r, "rules", t->rules);
    tell_share(r, "rungs", t->rungs);
    tell_share(r, "conditions", t->conditions);
    tell_share(r, "classifiers", t->classifiers);
}

bool rules_coverage_report(const struct report *r)
{
    struct telling t = {.r = r, .w = {r->set->arena, r->set->rs, false, 4}};
    if (!coverage_find(r->set->arena, r->set->rs, &r->tests, &t.c))
        return false;
    count(&t);
    for (int i = 0; i < t.w.rs->n_classifiers; i++)
        note_classifier(&t, i);
    for (int i = 0; i < t.w.rs->n_rules; i++)
        note_rule(&t, i);
    if (t.n_gaps)
        qsort(t.gaps, t.n_gaps, sizeof *t.gaps, by_place);
    if (r->json) {
        json_key(r->json, "coverage"), json_open(r->json, '{');
        tell_sums(&t);
        json_key(r->json, "not_exercised"), json_open(r->json, '[');
    }
    for (size_t i = 0; i < t.n_gaps; i++)
        tell_gap(r, &t.gaps[i]);
    if (r->json) {
        json_close(r->json, ']');
        json_close(r->json, '}');
    } else {
        tell_sums(&t);
    }
    return true;
}
