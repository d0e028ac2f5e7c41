/*
 * difference_lists.c - what differs in the lists: roster, categories, regions, channels, calendar
 */
#include "core/difference_inner.h"

struct sheet {
    struct arena *a;
    struct list_change *items;
    size_t n, cap;
    struct str fields; /* of the entry at hand */
};

static bool put(struct sheet *s, enum list list, enum trace trace, struct str id, struct str name)
{
    struct list_change *slot = ARENA_PUSH(s->a, s->items, s->n, s->cap);
    if (slot)
        *slot = (struct list_change){list, trace, id, name, trace == TRACE_CHANGED ? s->fields : STR("")};
    return slot != NULL;
}

static void field(struct sheet *s, const char *name, bool same)
{
    if (!same)
        s->fields = arena_printf(s->a, STR_FMT "%s%s", STR_ARG(s->fields), s->fields.n ? ", " : "", name);
}

static bool same_texts(const struct str *a, int n_a, const struct str *b, int n_b)
{
    bool same = n_a == n_b;
    for (int i = 0; i < n_a && same; i++)
        same = str_eq(a[i], b[i]);
    return same;
}

static bool same_hours(const struct hours *a, const struct hours *b)
{
    bool same = a->n == b->n;
    for (int i = 0; i < a->n && same; i++)
        same = a->items[i].days == b->items[i].days && a->items[i].from == b->items[i].from &&
               a->items[i].until == b->items[i].until;
    return same;
}

static bool same_duration(struct duration a, struct duration b)
{
    return a.count == b.count && (a.count == 0 || a.unit == b.unit);
}

/* ---- roster ---- */

static bool same_specialities(const struct ruleset *was, const struct organisation *a, const struct ruleset *is,
                              const struct organisation *b)
{
    bool same = a->n_specialities == b->n_specialities;
    for (int i = 0; i < a->n_specialities && same; i++)
        same = str_eq(was->categories.items[a->specialities[i]].code,
                      is->categories.items[b->specialities[i]].code);
    return same;
}

static void compare_organisation(struct sheet *s, const struct ruleset *was, const struct organisation *a,
                                 const struct ruleset *is, const struct organisation *b)
{
    field(s, "name", str_eq(a->name, b->name));
    field(s, "kind", a->kind == b->kind);
    field(s, "region",
          str_eq(was->regions.items[a->region].code, is->regions.items[b->region].code));
    field(s, "specialities", same_specialities(was, a, is, b));
    field(s, "capacity", a->capacity == b->capacity);
    field(s, "rating", a->rating == b->rating);
    field(s, "weight", a->weight == b->weight);
    field(s, "hours", same_hours(&a->hours, &b->hours));
    field(s, "languages", same_texts(a->languages, a->n_languages, b->languages, b->n_languages));
    field(s, "interests", same_texts(a->interests, a->n_interests, b->interests, b->n_interests));
    field(s, "closed", a->closed == b->closed);
    field(s, "hub", str_eq(a->hub, b->hub));
    field(s, "stationed_at", same_texts(a->agencies, a->n_agencies, b->agencies, b->n_agencies));
}

/* Both are sorted by id. */
static bool organisations(struct sheet *s, const struct ruleset *was, const struct ruleset *is)
{
    const struct roster *x = &was->roster, *y = &is->roster;
    bool good = true;
    for (int i = 0, k = 0; (i < x->n || k < y->n) && good;) {
        const struct organisation *a = &x->items[i], *b = &y->items[k];
        int order = i == x->n ? 1 : k == y->n ? -1 : str_cmp(a->id, b->id);
        s->fields = STR("");
        if (order == 0)
            compare_organisation(s, was, a, is, b);
        if (order != 0)
            good = order < 0 ? put(s, LIST_ORGANISATIONS, TRACE_REMOVED, a->id, a->name)
                             : put(s, LIST_ORGANISATIONS, TRACE_ADDED, b->id, b->name);
        else if (s->fields.n)
            good = put(s, LIST_ORGANISATIONS, TRACE_CHANGED, b->id, b->name);
        i += order <= 0;
        k += order >= 0;
    }
    return good;
}

/* ---- categories ---- */

static int category_by_code(const struct categories *c, struct str code)
{
    int at = category_find(c, code);
    return at >= 0 && str_eq(c->items[at].code, code) ? at : -1;
}

static bool categories(struct sheet *s, const struct categories *was, const struct categories *is)
{
    bool good = true;
    for (int i = 0; i < was->n && good; i++) {
        if (category_by_code(is, was->items[i].code) < 0)
            good = put(s, LIST_CATEGORIES, TRACE_REMOVED, was->items[i].code, was->items[i].name);
    }
    for (int i = 0; i < is->n && good; i++) {
        const struct category *b = &is->items[i];
        int at = category_by_code(was, b->code);
        s->fields = STR("");
        if (at >= 0) {
            field(s, "name", str_eq(was->items[at].name, b->name));
            field(s, "parent", str_eq(was->items[at].parent_code, b->parent_code));
        }
        if (at < 0 || s->fields.n)
            good = put(s, LIST_CATEGORIES, at < 0 ? TRACE_ADDED : TRACE_CHANGED, b->code, b->name);
    }
    return good;
}

/* ---- regions ---- */

static bool same_neighbours(const struct regions *was, int a, const struct regions *is, int b)
{
    int n_a, n_b;
    const struct region_pair *x = region_neighbours(was, a, &n_a), *y = region_neighbours(is, b, &n_b);
    bool same = n_a == n_b;
    for (int i = 0; i < n_a && same; i++)
        same = str_eq(was->items[x[i].neighbour].code, is->items[y[i].neighbour].code);
    return same;
}

static bool regions(struct sheet *s, const struct regions *was, const struct regions *is)
{
    bool good = true;
    for (int i = 0; i < was->n && good; i++) {
        if (region_find(is, was->items[i].code) < 0)
            good = put(s, LIST_REGIONS, TRACE_REMOVED, was->items[i].code, was->items[i].name);
    }
    for (int i = 0; i < is->n && good; i++) {
        const struct region *b = &is->items[i];
        int at = region_find(was, b->code);
        s->fields = STR("");
        if (at >= 0) {
            field(s, "name", str_eq(was->items[at].name, b->name));
            field(s, "kind", was->items[at].kind == b->kind);
            field(s, "neighbours", same_neighbours(was, at, is, i));
        }
        if (at < 0 || s->fields.n)
            good = put(s, LIST_REGIONS, at < 0 ? TRACE_ADDED : TRACE_CHANGED, b->code, b->name);
    }
    return good;
}

/* ---- channels and calendar ---- */

static bool channels(struct sheet *s, const struct policies *was, const struct policies *is)
{
    bool good = true;
    for (int i = 0; i < MODE_LIMIT && good; i++) {
        const struct mode_policy *a = &was->modes[i], *b = &is->modes[i];
        struct str id = str_from(word_of(mode_words, i));
        s->fields = STR("");
        field(s, "name", str_eq(a->name, b->name));
        field(s, "respond_within", same_duration(a->respond_within, b->respond_within));
        field(s, "finish_within", same_duration(a->finish_within, b->finish_within));
        field(s, "roll", a->roll == b->roll);
        field(s, "basis", str_eq(a->basis, b->basis));
        if (a->present != b->present)
            good = put(s, LIST_CHANNELS, b->present ? TRACE_ADDED : TRACE_REMOVED, id,
                       b->present ? b->name : a->name);
        else if (b->present && s->fields.n)
            good = put(s, LIST_CHANNELS, TRACE_CHANGED, id, b->name);
    }
    s->fields = STR("");
    if (good && !same_hours(policy_working(was), policy_working(is)))
        good = put(s, LIST_CHANNELS, TRACE_CHANGED, STR("working_hours"), STR(""));
    return good;
}

static bool calendar(struct sheet *s, const struct calendar *was, const struct calendar *is)
{
    bool good = true;
    for (int i = 0, k = 0; (i < was->n || k < is->n) && good;) {
        const struct calendar_day *a = &was->items[i], *b = &is->items[k];
        int order = i == was->n ? 1 : k == is->n ? -1 : a->day < b->day ? -1 : a->day > b->day;
        bool same = order == 0 && a->working == b->working;
        char *text = arena_alloc(s->a, 16);
        if (!text)
            return false;
        calendar_day_text(order <= 0 ? a->day : b->day, text);
        s->fields = STR("working");
        if (!same)
            good = put(s, LIST_CALENDAR,
                       order < 0   ? TRACE_REMOVED
                       : order > 0 ? TRACE_ADDED
                                   : TRACE_CHANGED,
                       str_from(text), STR(""));
        i += order <= 0;
        k += order >= 0;
    }
    return good;
}

bool difference_lists(struct arena *a, const struct ruleset *was, const struct ruleset *is,
                      struct difference *out)
{
    struct sheet s = {.a = a};
    bool good = organisations(&s, was, is) && categories(&s, &was->categories, &is->categories) &&
                regions(&s, &was->regions, &is->regions) && channels(&s, &was->policies, &is->policies) &&
                calendar(&s, &was->calendar, &is->calendar);
    out->lists = s.items;
    out->n_lists = (int)s.n;
    return good;
}
