/*
 * labels.c - rows of the map, and which of them are for a label
 */
#include "ctl/labels.h"

#include "conf/csv.h"
#include "conf/lists.h"
#include "conf/ruletests.h"
#include "ctl/layout.h"

#include <errno.h>
#include <stdio.h>

enum { MAP_MAX = 4 * 1024 * 1024, HASH_DIGITS = 16 };

struct label_row {
    struct str label;
    int under; /* `under:`, a category; -1 */
    struct accept accept;
};

struct labels {
    const struct ruleset *rules;
    struct label_row *rows;
    size_t n, cap;
};

static bool starts(struct str s, const char *with)
{
    size_t n = strlen(with);
    return s.n > n && memcmp(s.p, with, n) == 0;
}

static struct str after(struct str s, const char *with)
{
    size_t n = strlen(with);
    return (struct str){s.p + n, s.n - n};
}

static bool read_code(struct reading *r, const struct cell *cell, struct str code, int *category)
{
    const struct node v = {.kind = NODE_SCALAR, .plain = true, .at = cell->at, .text = code};
    const struct field f = {.key = "category"};
    return read_category(r, &v, &f, category);
}

static bool read_accept(struct reading *r, const struct cell *cell, struct accept *a)
{
    struct str s = cell->text;
    if (str_eqz(s, "none")) {
        a->kind = ACCEPT_NONE;
    } else if (str_eqz(s, "skip")) {
        a->kind = ACCEPT_SKIP;
    } else if (starts(s, "tag=")) {
        a->kind = ACCEPT_TAG;
        a->tag = arena_str(r->arena, after(s, "tag="));
    } else if (starts(s, "outcome=")) {
        a->kind = ACCEPT_OUTCOME;
        a->outcome = word_value(outcome_words, after(s, "outcome="));
        return a->outcome != 0 || reading_error(r, cell->at, "assigned, manual or refused", "no such outcome");
    } else {
        return read_code(r, cell, s, &a->category);
    }
    return true;
}

static bool add_row(struct reading *r, struct labels *l, const struct cell *cells)
{
    struct label_row row = {.under = -1, .accept = {.category = -1, .tag = STR("")}};
    bool main = str_eqz(cells[2].text, "main");
    row.accept.main = main;
    bool good = main || str_eqz(cells[2].text, "also") ||
                reading_error(r, cells[2].at, "main: the right answer; also: one that is right as well",
                              "`" STR_FMT "` is no grade", STR_ARG(cells[2].text));
    good = read_accept(r, &cells[1], &row.accept) && good;
    if (starts(cells[0].text, "under:"))
        good = read_code(r, &cells[0], after(cells[0].text, "under:"), &row.under) && good;
    else if (cells[0].text.n == 0)
        good = reading_error(r, cells[0].at, "write the label as it stands in the texts", "a row without a label");
    row.label = arena_str(r->arena, cells[0].text);
    struct label_row *kept = ARENA_PUSH(r->arena, l->rows, l->n, l->cap);
    if (!kept || !row.label.p)
        return reading_full(r);
    *kept = row;
    return good;
}

static void read_rows(struct reading *r, const struct text *t, void *state)
{
    static const char *const header[] = {"label", "accept", "grade", "why", NULL};
    struct csv c;
    struct cell cells[CSV_COLUMNS_MAX];
    if (csv_open(&c, r, t, header))
        while (csv_next(&c, cells))
            add_row(r, state, cells);
}

static bool read_bytes(struct arena *a, const char *path, struct str *out)
{
    FILE *f = fopen(path, "re");
    char *bytes = arena_alloc(a, MAP_MAX + 1);
    size_t n = f && bytes ? fread(bytes, 1, MAP_MAX, f) : 0;
    bool good = f && bytes && !ferror(f) && n < MAP_MAX;
    if (!good)
        fprintf(stderr, "referralctl: %s: %s\n", path, f ? "cannot be read, or is too large" : strerror(errno));
    if (f)
        fclose(f);
    *out = (struct str){bytes, n};
    return good;
}

struct labels *labels_new(struct arena *a, const struct ruleset *rules)
{
    struct labels *l = ARENA_NEW(a, struct labels);
    if (l)
        l->rules = rules;
    return l;
}

bool labels_read(struct labels *l, struct arena *a, const char *path)
{
    struct diag *diag = diag_new();
    struct ruleset *lists = ARENA_NEW(a, struct ruleset);
    const char *slash = strrchr(path, '/');
    const char *dir = slash ? arena_printf(a, "%.*s", (int)(slash - path), path).p : ".";
    struct source_file file = {.name = str_from(slash ? slash + 1 : path)};
    bool good = diag && lists && dir && read_bytes(a, path, &file.bytes);
    if (good) {
        struct source source = {.shown_as = dir, .files = &file, .n = 1};
        struct reading r = {.source = &source, .diag = diag, .arena = a, .scratch = a, .rs = lists};
        lists->categories = l->rules->categories;
        r.whole.categories = true;
        reading_files(&r, file.name.p, read_rows, l);
        good = reading_errors(&r) == 0;
        diag_print(diag, stderr, layout_colour(stderr));
    }
    diag_free(diag);
    return good;
}

/* ---- looking up ---- */

static int top_of(const struct categories *c, int category)
{
    while (c->items[category].parent >= 0)
        category = c->items[category].parent;
    return category;
}

struct picking {
    struct accept *out;
    int n, max;
};

static void pick(struct picking *p, struct accept a)
{
    if (p->n >= p->max)
        return;
    int at = p->n++;
    for (; a.main && at > 0 && !p->out[at - 1].main; at--)
        p->out[at] = p->out[at - 1];
    p->out[at] = a;
}

/* In the tree, or by its number: CC-4 has CC-4-10-121, wherever that hangs. */
static bool belongs(const struct categories *c, int category, int under)
{
    struct str code = c->items[category].code, upper = c->items[under].code;
    return category_under(c, category, under) ||
           (code.n > upper.n && code.p[upper.n] == '-' && memcmp(code.p, upper.p, upper.n) == 0);
}

static void pick_named(const struct labels *l, struct picking *p, struct str label)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_eq(l->rows[i].label, label))
            pick(p, l->rows[i].accept);
}

int labels_find(const struct labels *l, struct str label, struct str text, struct accept *out, int max)
{
    struct picking p = {out, 0, max};
    const struct categories *c = &l->rules->categories;
    char key[7 + DIGEST_HEX_SIZE] = "sha256:";
    digest_hex(digest_of(text.p, text.n), key + 7);
    pick_named(l, &p, (struct str){key, 7 + HASH_DIGITS});
    if (p.n)
        return p.n;
    pick_named(l, &p, label);
    int category = category_find(c, label);
    if (category >= 0) {
        bool main = p.n == 0 || !p.out[0].main;
        for (size_t i = 0; i < l->n; i++)
            if (l->rows[i].under >= 0 && belongs(c, category, l->rows[i].under))
                pick(&p, l->rows[i].accept);
        if (main)
            pick(&p, (struct accept){.kind = ACCEPT_CATEGORY, .main = true, .category = top_of(c, category)});
    }
    if (p.n == 0)
        pick_named(l, &p, STR("*"));
    return p.n;
}

static bool has_tag(const struct decision *d, struct str tag)
{
    for (int i = 0; i < d->n_tags; i++)
        if (str_eq(d->tags[i], tag))
            return true;
    return false;
}

bool accept_holds(const struct ruleset *rules, const struct accept *a, const struct decision *d)
{
    switch (a->kind) {
    case ACCEPT_CATEGORY:
        return d->category >= 0 && category_under(&rules->categories, d->category, a->category);
    case ACCEPT_NONE:
        return d->category < 0;
    case ACCEPT_TAG:
        return has_tag(d, a->tag);
    case ACCEPT_OUTCOME:
        return (int)d->outcome == a->outcome;
    default:
        return true;
    }
}

struct str accept_code(const struct ruleset *rules, const struct accept *a)
{
    if (a->kind == ACCEPT_CATEGORY)
        return rules->categories.items[a->category].code;
    if (a->kind == ACCEPT_TAG)
        return a->tag;
    return a->kind == ACCEPT_OUTCOME ? str_from(word_of(outcome_words, a->outcome)) : STR("none");
}

struct str accept_name(const struct ruleset *rules, const struct accept *a)
{
    if (a->kind == ACCEPT_CATEGORY)
        return rules->categories.items[a->category].name;
    return a->kind == ACCEPT_OUTCOME ? str_from(word_zh(outcome_words, a->outcome)) : STR("");
}

struct accept accept_of(const struct ruleset *rules, const struct accept *like, const struct decision *d)
{
    struct accept none = {.kind = ACCEPT_NONE, .category = -1, .tag = STR("")};
    if (like->kind == ACCEPT_TAG)
        return accept_holds(rules, like, d) ? *like : none;
    if (like->kind == ACCEPT_OUTCOME)
        return (struct accept){.kind = ACCEPT_OUTCOME, .category = -1, .outcome = (int)d->outcome, .tag = STR("")};
    if (d->category < 0)
        return none;
    return (struct accept){
        .kind = ACCEPT_CATEGORY, .category = top_of(&rules->categories, d->category), .tag = STR("")};
}
