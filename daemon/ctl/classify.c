/*
 * classify.c - `rules classify`: what the rules make of texts, one JSON line each
 */
#include "ctl/command.h"

#include "conf/ruletests.h"
#include "ctl/json.h"
#include "ctl/place.h"
#include "ctl/trial.h"

#include <jansson.h>

enum { WORDS_SHOWN = 12 };

static void key_text(struct json_out *j, const char *key, struct str s)
{
    json_key(j, key);
    if (s.p)
        json_text(j, s);
    else
        json_raw(j, "null");
}

static struct str category_code(const struct ruleset *rs, int category)
{
    return category >= 0 ? rs->categories.items[category].code : (struct str){NULL, 0};
}

static struct str target_name(const struct ruleset *rs, const struct weigh_target *t)
{
    return t->category >= 0 ? rs->categories.items[t->category].code : t->tag;
}

static void write_tags(struct json_out *j, const struct decision *d)
{
    json_key(j, "tags");
    json_open(j, '[');
    for (int i = 0; i < d->n_tags; i++)
        json_text(j, d->tags[i]);
    json_close(j, ']');
}

static void write_rule(struct json_out *j, const struct ruleset *rs, const struct decision *d)
{
    const struct rule *rule = d->rule >= 0 ? &rs->rules[d->rule] : NULL;
    const struct organisation *o = d->organisation >= 0 ? &rs->roster.items[d->organisation] : NULL;
    key_text(j, "rule", rule ? rule->id : (struct str){NULL, 0});
    key_text(j, "kind", o ? str_from(word_of(org_kind_words, (int)o->kind)) : (struct str){NULL, 0});
    key_text(j, "outcome", str_from(word_of(outcome_words, (int)d->outcome)));
    key_text(j, "organisation", o ? o->id : (struct str){NULL, 0});
    key_text(j, "reason", d->outcome == OUTCOME_ASSIGNED ? (struct str){NULL, 0} : d->code);
}

static bool has_tag(const struct decision *d, struct str tag)
{
    for (int i = 0; i < d->n_tags; i++)
        if (str_eq(d->tags[i], tag))
            return true;
    return false;
}

/* A row of a table of tags is told only where its tag came out. */
static bool worth_telling(const struct decision *d, const struct weigh_target *t)
{
    return t->category >= 0 || has_tag(d, t->tag);
}

/* The words with most points, in order. */
static void write_words(struct json_out *j, struct trial *t, const struct weigher *w, const struct weighing *g)
{
    const struct weigh_hit *hits = weigh_sorted(t->line.arena, w, g);
    for (int i = 0, shown = 0; hits && i < g->n_hits && shown < WORDS_SHOWN; i++) {
        const struct weigh_row *row = &w->rows[hits[i].row];
        if (!worth_telling(&t->decision, &w->targets[row->target]))
            continue;
        shown++;
        json_open(j, '{');
        key_text(j, "word", row->text);
        key_text(j, "for", target_name(t->rules, &w->targets[row->target]));
        json_key(j, "points");
        json_int(j, weigh_points(w, &hits[i]));
        json_close(j, '}');
    }
}

static void write_best(struct json_out *j, const struct ruleset *rs, const struct weigher *w, const struct weighing *g)
{
    struct weigh_best best = weigh_best(w, g);
    for (int i = 0; i < 2; i++) {
        int target = i ? best.second : best.target;
        if (target < 0)
            continue;
        json_key(j, target_name(rs, &w->targets[target]).p);
        json_int(j, i ? best.second_points : best.points);
    }
}

/* Whether weigher `i` has to do with what came out: it set the category, or could have, or a tag of its is there. */
static bool concerned(const struct trial *t, int i)
{
    const struct weigher *w = t->rules->classifiers[i].weigh;
    if (!w)
        return false;
    if (weigher_sets_category(w))
        return t->decision.classifier == i || t->decision.classifier < 0;
    for (int k = 0; k < w->n_targets; k++)
        if (has_tag(&t->decision, w->targets[k].tag))
            return true;
    return false;
}

/* What each of them found in the text, which is scanned once more; those that are not concerned stay empty. */
static struct weighing *weigh_again(struct trial *t)
{
    const struct ruleset *rs = t->rules;
    struct arena *a = t->line.arena;
    struct weighing *all = ARENA_ARRAY(a, (size_t)rs->n_classifiers + 1, struct weighing);
    unsigned char *hits = arena_alloc(a, textscan_hits_size(rs->words));
    struct textscan_log log = {.arena = a};
    bool scanned = false, good = all && hits;
    for (int i = 0; good && i < rs->n_classifiers; i++) {
        if (!concerned(t, i))
            continue;
        good = scanned || textscan_find(rs->words, t->referral.folded, hits, &log);
        scanned = true;
        good = good && weigh_run(a, rs->classifiers[i].weigh, &log, &all[i]);
    }
    return good ? all : NULL;
}

static void write_why(struct json_out *j, struct trial *t)
{
    const struct ruleset *rs = t->rules;
    const struct weighing *all = weigh_again(t);
    json_key(j, "points");
    json_open(j, '{');
    for (int i = 0; all && i < rs->n_classifiers; i++) {
        if (all[i].points && weigher_sets_category(rs->classifiers[i].weigh)) {
            write_best(j, rs, rs->classifiers[i].weigh, &all[i]);
            break;
        }
    }
    json_close(j, '}');
    json_key(j, "why");
    json_open(j, '[');
    for (int i = 0; all && i < rs->n_classifiers; i++)
        if (all[i].points)
            write_words(j, t, rs->classifiers[i].weigh, &all[i]);
    json_close(j, ']');
}

static void write_decided(struct json_out *j, struct trial *t)
{
    const struct ruleset *rs = t->rules;
    const struct decision *d = &t->decision;
    key_text(j, "category", category_code(rs, d->category));
    key_text(j, "category_name", d->category >= 0 ? rs->categories.items[d->category].name : (struct str){NULL, 0});
    write_tags(j, d);
    write_rule(j, rs, d);
    key_text(j, "classifier", d->classifier >= 0 ? rs->classifiers[d->classifier].id : (struct str){NULL, 0});
    write_why(j, t);
    if (t->line.category_ignored) {
        json_key(j, "ignored");
        json_open(j, '[');
        json_text(j, STR("category"));
        json_close(j, ']');
    }
}

static bool one_line(struct trial *t, const struct lines *l, struct str text)
{
    struct json_out j = {.out = stdout, .compact = true};
    json_t *v = factline_open(&t->line, text);
    bool good = trial_decide(t, v);
    json_open(&j, '{');
    json_key(&j, "line");
    json_int(&j, l->number);
    if (good)
        write_decided(&j, t);
    else
        key_text(&j, "error", t->line.fault.p ? t->line.fault : STR("memory is out"));
    json_close(&j, '}');
    fputc('\n', stdout);
    json_decref(v);
    return good;
}

int run_rules_classify(const struct call *c)
{
    struct lines l = {.names = c->args, .n = c->n_args};
    struct str text;
    unsigned long faulty = 0, all = 0;
    struct trial t;
    const struct ruleset *rules = place_rules(c);
    if (!rules)
        return CTL_USAGE;
    bool good = trial_start(&t, rules);
    while (good && lines_next(&l, &text)) {
        faulty += !one_line(&t, &l, text);
        all++;
        if (l.file == stdin)
            fflush(stdout); /* whoever feeds us lines may wait for each answer */
        good = trial_next(&t);
    }
    if (faulty)
        fprintf(stderr, "referralctl: %lu of %lu lines could not be read: see \"error\" in their place\n", faulty, all);
    trial_end(&t);
    lines_end(&l);
    ruleset_unref(rules);
    return l.failed || !good ? CTL_USAGE : faulty ? CTL_NO : CTL_OK;
}
