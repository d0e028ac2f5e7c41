/*
 * space_text.c - boxes in an operator's words
 */
#include "core/space_text_inner.h"

void text_list_add(struct text_list *l, struct str item)
{
    if (l->n++ >= ITEMS_SHOWN)
        return;
    if (l->n == 1)
        l->text = item;
    else
        l->text = arena_printf(l->a, STR_FMT "%s" STR_FMT, STR_ARG(l->text), l->between, STR_ARG(item));
}

void text_list_end(struct text_list *l)
{
    if (l->n > ITEMS_SHOWN)
        l->text = arena_printf(l->a, STR_FMT " and %d more", STR_ARG(l->text), l->n - ITEMS_SHOWN);
}

static struct str words(struct arena *a, const char *fmt, struct str s)
{
    struct str before = str_from(fmt);
    return arena_printf(a, STR_FMT STR_FMT, STR_ARG(before), STR_ARG(s));
}

/* ---- one dimension ---- */

/* Whole channels by their name, else mode by mode. */
static void add_modes(struct text_list *l, const struct space *s, int set)
{
    for (const struct word *w = channel_words; w->word; w++) {
        int in = 0, all = 0;
        for (int i = 0; i < s->n_modes; i++) {
            if (mode_channel(s->modes[i]) != w->value)
                continue;
            all++;
            in += set_has(s, set, i);
        }
        if (in == all && all)
            text_list_add(l, str_from(w->word));
        for (int i = 0; i < s->n_modes && in < all; i++) {
            if (mode_channel(s->modes[i]) == w->value && set_has(s, set, i))
                text_list_add(l, str_from(word_of(mode_words, s->modes[i])));
        }
    }
    text_list_end(l);
}

static int complement_of(const struct space *s, int set)
{
    int other = s->sets[set].complement;
    return other >= 0 ? other
                      : set_complement((struct space *)s, set); /* interned: nothing that was changes */
}

static struct str mode_text(struct arena *a, const struct space *s, int set)
{
    struct text_list in = {.a = a, .between = " or "}, out = {.a = a, .between = " or "};
    add_modes(&in, s, set);
    int other = complement_of(s, set);
    if (other >= 0)
        add_modes(&out, s, other);
    return out.n && out.n < in.n ? words(a, "not ", out.text) : in.text;
}

static struct str risk_names(struct arena *a, unsigned mask)
{
    struct text_list l = {.a = a, .between = " or "};
    for (const struct word *w = risk_words; w->word; w++) {
        if (mask & (unsigned)w->value)
            text_list_add(&l, str_from(w->word));
    }
    return l.text;
}

static struct str risk_text(struct arena *a, const struct space *s, int set)
{
    int n = s->dims[DIM_RISK].n;
    for (unsigned mask = 1; mask < (unsigned)n; mask++) {
        bool any = true, none = true;
        for (unsigned v = 0; v < (unsigned)n; v++) {
            bool in = set_has(s, set, (int)v);
            any = any && in == ((v & mask) != 0);
            none = none && in == ((v & mask) == 0);
        }
        if (any || none)
            return words(a, any ? "risk of " : "no risk of ", risk_names(a, mask));
    }
    struct text_list l = {.a = a, .between = "; "};
    for (int v = 0; v < n; v++) {
        if (set_has(s, set, v))
            text_list_add(&l, v ? risk_names(a, (unsigned)v) : STR("none"));
    }
    text_list_end(&l);
    return words(a, "risk exactly ", l.text);
}

static void add_strings(struct text_list *l, const struct space *s, const struct strings *list, int set)
{
    for (int i = 0; i < list->n; i++) {
        if (set_has(s, set, i + 1))
            text_list_add(l, list->items[i].n ? list->items[i] : STR("none given"));
    }
    text_list_end(l);
}

static struct str strings_text(struct arena *a, const struct space *s, const char *what,
                               const struct strings *list, int set)
{
    struct text_list l = {.a = a, .between = ", "};
    bool others = set_has(s, set, 0);
    int shown = others ? complement_of(s, set) : set;
    if (shown >= 0)
        add_strings(&l, s, list, shown);
    return arena_printf(a, "%s%s " STR_FMT, what, others ? " other than" : "", STR_ARG(l.text));
}

static struct str yes_no(bool yes, const char *if_yes, const char *if_no)
{
    return str_from(yes ? if_yes : if_no);
}

static struct str party_type_text(struct arena *a, int type)
{
    int kind = type / 4 / PARTY_SUSPECT + 1, role = type / 4 % PARTY_SUSPECT + 1;
    return arena_printf(a, "%s, %s%s%s", word_of(party_kind_words, kind), word_of(party_role_words, role),
                        type & 2 ? ", foreign" : "", type & 1 ? ", minor" : "");
}

/* ---- groups ---- */

static struct str predicate_text(struct arena *a, const struct cond *c)
{
    struct text_list l = {.a = a, .between = ", "};
    for (const struct word *w = party_kind_words; w->word; w++) {
        if (c->party.kinds >> w->value & 1)
            text_list_add(&l, str_from(w->word));
    }
    for (const struct word *w = party_role_words; w->word; w++) {
        if (c->party.roles >> w->value & 1)
            text_list_add(&l, str_from(w->word));
    }
    if (c->party.foreign >= 0)
        text_list_add(&l, str_from(c->party.foreign ? "foreign" : "not foreign"));
    if (c->party.minor >= 0)
        text_list_add(&l, str_from(c->party.minor ? "minor" : "of age"));
    return l.text;
}

/* The names of tags or words that the group is over. */
static struct str atoms_text(struct arena *a, const struct space *s, const struct group *g)
{
    struct text_list l = {.a = a, .between = ", "};
    for (int i = 0; i < g->n; i++) {
        const struct dim *d = &s->dims[g->lits[i].dim];
        text_list_add(&l, d->kind == DIM_TAG ? s->tags.items[d->what] : s->words.items[d->what]);
    }
    text_list_end(&l);
    return l.text;
}

/* What a group is made of, each as a text; turned round where it says "not all of these". */
static struct str parts_text(struct arena *a, const struct space *s, const struct group *g, bool all)
{
    struct text_list l = {.a = a, .between = all ? ", and " : ", or "};
    for (int i = 0; i < g->n; i++) {
        struct lit x = g->lits[i];
        if (all)
            x.set = complement_of(s, x.set);
        if (x.set >= 0)
            text_list_add(&l, lit_text(a, s, x));
    }
    text_list_end(&l);
    return l.text;
}

static struct str group_text(struct arena *a, const struct space *s, const struct group *g, bool holds)
{
    enum cond_kind kind = g->cond ? g->cond->kind : COND_ANY;
    if (kind == COND_TEXT)
        return words(a, holds ? "text has one of " : "text has none of ", atoms_text(a, s, g));
    if (kind == COND_TAGS)
        return words(a, holds ? "one of the tags " : "none of the tags ", atoms_text(a, s, g));
    if (kind == COND_PARTY)
        return words(a, holds ? "a party who is " : "no party who is ", predicate_text(a, g->cond));
    if (g->all)
        return arena_printf(a, "%s(" STR_FMT ")", holds ? "not " : "", STR_ARG(parts_text(a, s, g, true)));
    return arena_printf(a, "%s(" STR_FMT ")", holds ? "" : "neither ", STR_ARG(parts_text(a, s, g, false)));
}

/* ---- the whole ---- */

struct str lit_text(struct arena *a, const struct space *s, struct lit l)
{
    const struct dim *d = &s->dims[l.dim];
    bool yes = d->n == 2 && set_has(s, l.set, 1);
    switch (d->kind) {
    case DIM_MODE:
        return mode_text(a, s, l.set);
    case DIM_CATEGORY:
        return category_set_text(a, s, l.set);
    case DIM_REGION:
        return region_set_text(a, s, l.set);
    case DIM_CLAIM:
        return claim_set_text(a, s, l.set);
    case DIM_RISK:
        return risk_text(a, s, l.set);
    case DIM_OFFENCE:
        return strings_text(a, s, "offence", &s->offences, l.set);
    case DIM_SOURCE:
        return strings_text(a, s, "agency's own category", &s->sources, l.set);
    case DIM_AGENCY:
        return strings_text(a, s, "agency", &s->agencies, l.set);
    case DIM_SAME_VILLAGE:
        return yes_no(yes, "all parties of one village", "parties not all of one village");
    case DIM_WORKING:
        return yes_no(yes, "arrived in working time", "arrived outside working time");
    case DIM_TAG:
        return words(a, yes ? "tag " : "without tag ", s->tags.items[d->what]);
    case DIM_WORD:
        return words(a, yes ? "text has " : "text without ", s->words.items[d->what]);
    case DIM_PARTY:
        return words(a, yes ? "a party who is " : "no party who is ",
                     party_type_text(a, s->party_type[d->what]));
    case DIM_GROUP:
        return group_text(a, s, &s->groups[d->what], yes);
    default:
        return range_set_text(a, s, l);
    }
}

struct str box_text(struct arena *a, const struct space *s, const struct box *b)
{
    struct str text = STR("any referral");
    for (int i = 0; i < b->n; i++) {
        struct str more = lit_text(a, s, b->lits[i]);
        if (!more.p)
            return more;
        text = i ? arena_printf(a, STR_FMT ", " STR_FMT, STR_ARG(text), STR_ARG(more)) : more;
    }
    return text;
}

const char *dim_key(const struct space *s, int dim)
{
    static const char *const keys[] = {
        [DIM_MODE] = "mode",
        [DIM_CATEGORY] = "category",
        [DIM_REGION] = "region",
        [DIM_CLAIM] = "claim",
        [DIM_RISK] = "risk",
        [DIM_OFFENCE] = "offence",
        [DIM_SOURCE] = "source_category",
        [DIM_AGENCY] = "agency",
        [DIM_PARTIES] = "parties",
        [DIM_SAME_VILLAGE] = "same_village",
        [DIM_AGE] = "age",
        [DIM_ARRIVED] = "arrived",
        [DIM_WORKING] = "working_time",
        [DIM_EARLIER] = "earlier",
        [DIM_EARLIER_COUNT] = "earlier",
        [DIM_TAG] = "tags",
        [DIM_WORD] = "text",
        [DIM_PARTY] = "party",
        [DIM_GROUP] = "any_of",
    };
    return keys[s->dims[dim].kind];
}
