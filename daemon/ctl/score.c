/*
 * score.c - `rules score`: lines with labels, decided and counted
 */
#include "ctl/score.h"

#include "ctl/command.h"
#include "ctl/layout.h"
#include "ctl/place.h"

#include <jansson.h>
#include <stdlib.h>

enum { CLASSES_MAX = 512, ACCEPTS_MAX = 32, LABELS_A_LINE = 8 };

int score_permille(int part, int whole)
{
    return whole ? (int)(((int64_t)part * 2000 + whole) / ((int64_t)whole * 2)) : 0;
}

bool score_start(struct score *s, struct arena *a, const struct labels *labels)
{
    *s = (struct score){.labels = labels, .arena = a, .stride = CLASSES_MAX};
    s->pairs = ARENA_ARRAY(a, (size_t)CLASSES_MAX * CLASSES_MAX, int);
    return s->pairs != NULL;
}

/* The number of the class; the last one takes what is too much. -1 when memory is out. */
static int class_of(struct score *s, struct str code, struct str name)
{
    for (size_t i = 0; i < s->n_classes; i++)
        if (str_eq(s->classes[i].code, code))
            return (int)i;
    if (s->n_classes == CLASSES_MAX)
        return CLASSES_MAX - 1;
    struct score_class *c = ARENA_PUSH(s->arena, s->classes, s->n_classes, s->cap_classes);
    if (!c)
        return -1;
    *c = (struct score_class){.code = arena_str(s->arena, code), .name = arena_str(s->arena, name)};
    return (int)s->n_classes - 1;
}

static struct score_label *label_of(struct score *s, struct str label)
{
    for (size_t i = 0; i < s->n_labels; i++)
        if (str_eq(s->by_label[i].label, label))
            return &s->by_label[i];
    struct score_label *l = ARENA_PUSH(s->arena, s->by_label, s->n_labels, s->cap_labels);
    if (l)
        *l = (struct score_label){.label = arena_str(s->arena, label)};
    return l;
}

/* What one label asks for, and what it got. */
struct verdict {
    bool asked, main, right;
    struct accept first; /* its main answer */
};

static struct verdict judge(const struct score *s, const struct trial *t, struct str label)
{
    struct accept accepts[ACCEPTS_MAX];
    struct verdict v = {0};
    int n = labels_find(s->labels, label, t->referral.summary, accepts, ACCEPTS_MAX);
    v.asked = n > 0 && accepts[0].kind != ACCEPT_SKIP;
    for (int i = 0; v.asked && i < n; i++) {
        bool holds = accept_holds(t->rules, &accepts[i], &t->decision);
        v.right = v.right || holds;
        v.main = v.main || (holds && accepts[i].main);
    }
    if (v.asked)
        v.first = accepts[0];
    return v;
}

/* What was asked against what came out: an answer that is right in the main counts as the one asked for. */
static bool count_class(struct score *s, const struct trial *t, const struct verdict *v)
{
    struct accept got = v->main ? v->first : accept_of(t->rules, &v->first, &t->decision);
    int gold = class_of(s, accept_code(t->rules, &v->first), accept_name(t->rules, &v->first));
    int answered = class_of(s, accept_code(t->rules, &got), accept_name(t->rules, &got));
    if (gold < 0 || answered < 0)
        return false;
    s->classes[gold].gold++;
    s->classes[answered].answered++;
    s->classes[gold].right += gold == answered;
    s->pairs[(size_t)gold * s->stride + (size_t)answered]++;
    return true;
}

static bool count(struct score *s, const struct trial *t, struct str labels)
{
    bool main = true, right = true, any = false;
    struct str rest = labels;
    for (int i = 0; i < LABELS_A_LINE && rest.n; i++) {
        const char *stop = memchr(rest.p, ';', rest.n);
        struct str label = {rest.p, stop ? (size_t)(stop - rest.p) : rest.n};
        rest = stop ? (struct str){stop + 1, rest.n - label.n - 1} : (struct str){NULL, 0};
        struct verdict v = judge(s, t, label);
        if (!v.asked)
            continue;
        if (!any && !count_class(s, t, &v))
            return false;
        struct score_label *l = label_of(s, label);
        if (!l)
            return false;
        any = true;
        main = main && v.main;
        right = right && v.right;
        l->n++;
        l->main += v.main;
        l->right += v.right;
    }
    s->scored += any;
    s->skipped += !any;
    s->main += any && main;
    s->right += any && right;
    return true;
}

/* Where labels stand, and the channel that texts with such labels come through. */
static const struct {
    const char *key, *channel;
} label_keys[] = {{"label", NULL}, {"cause", "court"}, {"charge", "procuratorate"}, {"category", NULL}};

/* The line's label, taken out of it, so that nothing but the text speaks. */
static struct str take_label(struct trial *t, json_t *v)
{
    for (size_t i = 0; i < sizeof(label_keys) / sizeof(*label_keys); i++) {
        const json_t *label = json_object_get(v, label_keys[i].key);
        if (!json_is_string(label))
            continue;
        struct str s = arena_bytes(t->line.arena, json_string_value(label), json_string_length(label));
        json_object_del(v, label_keys[i].key);
        if (label_keys[i].channel && !json_object_get(v, "channel") && !json_object_get(v, "mode"))
            json_object_set_new(v, "channel", json_string(label_keys[i].channel));
        return s;
    }
    return (struct str){NULL, 0};
}

bool score_line(struct score *s, struct trial *t, struct str text)
{
    json_t *v = factline_open(&t->line, text);
    struct str labels = v ? take_label(t, v) : (struct str){NULL, 0};
    bool good = true;
    s->lines++;
    if (v && !labels.p)
        t->line.fault = STR("no label: none of label, cause, charge and category");
    if (labels.p && trial_decide(t, v))
        good = count(s, t, labels);
    else
        s->faulty++;
    json_decref(v);
    return good;
}

static int by_gold(const void *a, const void *b)
{
    const struct score_class *x = a, *y = b;
    int c = (y->gold > x->gold) - (y->gold < x->gold);
    return c ? c : (y->answered > x->answered) - (y->answered < x->answered);
}

static int by_number(const void *a, const void *b)
{
    const struct score_label *x = a, *y = b;
    int c = (y->n > x->n) - (y->n < x->n);
    return c ? c : str_cmp(x->label, y->label);
}

static int number_of(const struct score_class *classes, size_t n, struct str code)
{
    size_t i = 0;
    while (i < n && !str_eq(classes[i].code, code))
        i++;
    return (int)i;
}

void score_sort(struct score *s)
{
    size_t n = s->n_classes;
    struct score_class *old = ARENA_ARRAY(s->arena, n + 1, struct score_class);
    int *pairs = ARENA_ARRAY(s->arena, n * n + 1, int), *was = ARENA_ARRAY(s->arena, n + 1, int);
    if (!old || !pairs || !was || !n)
        return;
    memcpy(old, s->classes, n * sizeof *old);
    qsort(s->classes, n, sizeof *s->classes, by_gold);
    for (size_t i = 0; i < n; i++)
        was[i] = number_of(old, n, s->classes[i].code);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            pairs[i * n + k] = s->pairs[(size_t)was[i] * s->stride + (size_t)was[k]];
    s->pairs = pairs;
    s->stride = n;
    qsort(s->by_label, s->n_labels, sizeof *s->by_label, by_number);
}

/* All that --labels names; NULL, and told. */
static const struct labels *read_maps(const struct call *c, struct arena *a, const struct ruleset *rules)
{
    struct labels *l = labels_new(a, rules);
    bool good = l != NULL;
    for (int i = 0; i < c->n_given; i++)
        if (c->given[i].id == OPT_LABELS)
            good = good && labels_read(l, a, c->given[i].value);
    return good ? l : NULL;
}

static int run(const struct call *c, struct arena *a, const struct ruleset *rules)
{
    struct lines l = {.names = c->args, .n = c->n_args};
    struct score s;
    struct trial t;
    struct str text;
    const struct labels *labels = read_maps(c, a, rules);
    if (!labels)
        return CTL_USAGE;
    bool good = score_start(&s, a, labels) && trial_start(&t, rules);
    while (good && lines_next(&l, &text)) {
        int faulty = s.faulty;
        good = score_line(&s, &t, text);
        if (s.faulty > faulty)
            fprintf(stderr, "referralctl: %s:%u: " STR_FMT "\n", l.shown, l.number, STR_ARG(t.line.fault));
        good = trial_next(&t) && good;
    }
    trial_end(&t);
    lines_end(&l);
    if (!good) {
        fprintf(stderr, "referralctl: memory is out\n");
        return CTL_USAGE;
    }
    score_sort(&s);
    if (call_has(c, OPT_JSON))
        score_json(stdout, &s);
    else
        score_text(stdout, &s, layout_colour(stdout));
    return l.failed ? CTL_USAGE : s.faulty || !s.scored ? CTL_NO : CTL_OK;
}

int run_rules_score(const struct call *c)
{
    struct arena *a = arena_new(0);
    const struct ruleset *rules = a ? place_rules(c) : NULL;
    int code = rules ? run(c, a, rules) : CTL_USAGE;
    ruleset_unref(rules);
    arena_free(a);
    return code;
}
