/*
 * space_referral.c - a point made into a referral that lies there
 */
#include "core/space_inner.h"

static const struct str *strings_of(const struct space *s, struct arena *a, const int *point, int first,
                                    const struct strings *list, int *n)
{
    struct str *items = ARENA_ARRAY(a, (size_t)list->n + 1, struct str);
    *n = 0;
    for (int i = 0; items && i < list->n; i++) {
        if (point[first + i] == 1)
            items[(*n)++] = list->items[i];
    }
    (void)s;
    return items;
}

/* Of class 0, any that is not listed: none at all, or `other` where the list has that too. */
static struct str string_of(const struct strings *list, int class, struct str other)
{
    if (class)
        return list->items[class - 1];
    return list->n && list->items[0].n == 0 ? other : STR("");
}

/* All words that are there, none of them joined to the next. */
static bool write_text(const struct space *s, struct arena *a, const int *point, struct referral *r)
{
    int n;
    const struct str *words = strings_of(s, a, point, s->first_word, &s->words, &n);
    struct str text = STR("");
    for (int i = 0; words && i < n; i++) {
        bool within = false; /* a longer one has it */
        for (int k = 0; k < n && !within; k++)
            within = k != i && memmem(words[k].p, words[k].n, words[i].p, words[i].n);
        if (!within)
            text = arena_printf(a, STR_FMT STR_FMT STR_FMT, STR_ARG(text),
                                STR_ARG(text.n ? s->separator : text), STR_ARG(words[i]));
    }
    r->source_category = string_of(&s->sources, point[DIM_SOURCE], s->separator);
    r->summary = text;
    r->folded = arena_printf(a, STR_FMT "\n" STR_FMT, STR_ARG(text), STR_ARG(r->source_category));
    return words && text.p && r->folded.p;
}

static int any_village(const struct regions *r, int near)
{
    for (int i = near; i < r->n; i++) {
        if (r->items[i].level == LEVEL_VILLAGE)
            return i;
    }
    for (int i = 0; i < near; i++) {
        if (r->items[i].level == LEVEL_VILLAGE)
            return i;
    }
    return -1;
}

static struct party_facts party_of_type(int type, int address)
{
    return (struct party_facts){.kind = (enum party_kind)(type / 4 / PARTY_SUSPECT + 1),
                                .role = (enum party_role)(type / 4 % PARTY_SUSPECT + 1),
                                .foreign = type & 2,
                                .minor = type & 1,
                                .address = address};
}

/* One of each kind that is there, then as many more as the count wants. */
static bool add_parties(const struct space *s, struct arena *a, const int *point, struct referral *r)
{
    int least = (int)s->parties.starts[point[DIM_PARTIES]], n = 0;
    int address = point[DIM_SAME_VILLAGE] == 1 ? any_village(&s->lists->regions, r->place) : -1;
    if (least < 2 && range_last(&s->parties, point[DIM_PARTIES]) >= 2)
        least = 2;
    struct party_facts *parties =
        ARENA_ARRAY(a, (size_t)least + (size_t)s->n_party_classes + 1, struct party_facts);
    if (!parties)
        return false;
    int more = s->party_plain;
    for (int i = 0; i < s->n_party_classes; i++) {
        if (point[s->first_party + i] == 1) {
            parties[n++] = party_of_type(s->party_type[i], address);
            more = more < 0 ? s->party_type[i] : more;
        }
    }
    if (more < 0)
        more = 0;
    while (n < least)
        parties[n++] = party_of_type(more, address);
    r->parties = parties;
    r->n_parties = n;
    return true;
}

static void set_claim(const struct space *s, const int *point, struct referral *r)
{
    const struct claim_class *c = &s->claims[point[DIM_CLAIM]];
    static const char others[][4] = {"CNY", "USD", "EUR", "HKD", "JPY"};
    r->has_claim = point[DIM_CLAIM] > 0;
    if (!r->has_claim)
        return;
    r->claim_minor = c->low;
    if (c->currency >= 0) {
        memcpy(r->currency, s->currencies.items[c->currency].p, s->currencies.items[c->currency].n);
        return;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        bool named = false;
        for (int k = 0; k < s->currencies.n; k++)
            named |= str_eqz(s->currencies.items[k], others[i]);
        if (!named) {
            memcpy(r->currency, others[i], sizeof others[i]);
            return;
        }
    }
}

static void set_times(const struct space *s, const int *point, struct referral *r)
{
    int64_t ms = space_moment(s, point[DIM_ARRIVED], point[DIM_WORKING] == 1);
    r->arrived_ms = ms >= 0 ? ms : space_moment(s, point[DIM_ARRIVED], point[DIM_WORKING] != 1);
    int32_t day = calendar_day_of_ms(r->arrived_ms);
    if (point[DIM_AGE] > 0)
        r->occurred_on = day - (int32_t)s->age.starts[point[DIM_AGE]];
    r->earlier.organisation = -1;
    r->earlier.count = (int)s->earlier_count.starts[point[DIM_EARLIER_COUNT]];
    if (point[DIM_EARLIER] > 0)
        r->earlier.last_ms = calendar_ms_of_day(day - (int32_t)s->earlier.starts[point[DIM_EARLIER]]);
}

bool space_referral(const struct space *s, struct arena *a, int *point, struct referral *out)
{
    struct referral r = {.category = s->category.node[point[DIM_CATEGORY]],
                         .risk = (unsigned)point[DIM_RISK]};
    r.mode = (enum mode)s->modes[point[DIM_MODE]];
    r.channel = (enum channel)mode_channel((int)r.mode);
    r.place = s->region.deep[point[DIM_REGION]]; /* disputes are somewhere */
    r.offence = string_of(&s->offences, point[DIM_OFFENCE], STR("其他罪名"));
    r.agency = string_of(&s->agencies, point[DIM_AGENCY], STR("another-agency"));
    r.agency_ref = STR("witness");
    r.tags = strings_of(s, a, point, s->first_tag, &s->tags, &r.n_tags);
    set_claim(s, point, &r);
    set_times(s, point, &r);
    if (!r.tags || !write_text(s, a, point, &r) || !add_parties(s, a, point, &r))
        return false;
    *out = r;
    return true;
}
