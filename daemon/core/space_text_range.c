/*
 * space_text_range.c - sets of sums, counts and days: "claim over 100,000 CNY"
 */
#include "core/space_text_inner.h"

struct str money_text(struct arena *a, int64_t minor)
{
    struct str whole = arena_printf(a, "%lld", (long long)(minor / 100)), out = STR("");
    for (size_t i = 0; i < whole.n; i++)
        out =
            arena_printf(a, STR_FMT "%s%c", STR_ARG(out), i && (whole.n - i) % 3 == 0 ? "," : "", whole.p[i]);
    return minor % 100 ? arena_printf(a, STR_FMT ".%02d", STR_ARG(out), (int)(minor % 100)) : out;
}

/* From `low` to `high`; the ends of all there is are left unsaid. */
static struct str sum_range(struct arena *a, int64_t low, int64_t high, int64_t most)
{
    bool over = low % 100 == 1, under = high % 100 == 99; /* as operators write: over 5,000; under 5,000 */
    struct str from = money_text(a, over ? low - 1 : low), to = money_text(a, under ? high + 1 : high);
    const char *from_word = over ? "over " : "at least ", *to_word = under ? "under " : "at most ";
    if (low == 0 && high >= most)
        return STR("any sum");
    if (low == 0)
        return arena_printf(a, "%s" STR_FMT, to_word, STR_ARG(to));
    if (high >= most)
        return arena_printf(a, "%s" STR_FMT, from_word, STR_ARG(from));
    return arena_printf(a, "%s" STR_FMT " and %s" STR_FMT, from_word, STR_ARG(from), to_word, STR_ARG(to));
}

struct str claim_set_text(struct arena *a, const struct space *s, int set)
{
    struct text_list l = {.a = a, .between = " or "};
    if (set_has(s, set, 0) && s->sets[set].holds == 1)
        return STR("no claim given");
    if (!set_has(s, set, 0) && s->sets[set].holds == s->n_claims - 1)
        return STR("a claim given");
    for (int i = 1; i < s->n_claims; i++) {
        int end = i;
        if (!set_has(s, set, i))
            continue;
        while (end + 1 < s->n_claims && set_has(s, set, end + 1) &&
               s->claims[end + 1].currency == s->claims[i].currency)
            end++;
        int currency = s->claims[i].currency;
        struct str sum = sum_range(a, s->claims[i].low, s->claims[end].high, s->bounds.claim_max);
        text_list_add(&l, arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(sum),
                                       STR_ARG(currency < 0 ? STR("in another currency")
                                                            : s->currencies.items[currency])));
        i = end;
    }
    text_list_end(&l);
    return arena_printf(a, "claim " STR_FMT "%s", STR_ARG(l.text),
                        set_has(s, set, 0) ? ", or none given" : "");
}

/* What is counted, and how one of it is written. */
struct scale {
    const struct ranges *ranges;
    const char *what, *missing;
    bool days;
};

static struct str number_text(struct arena *a, const struct scale *x, int64_t v)
{
    char day[16];
    if (x->days)
        return arena_str(a, str_from(calendar_day_text((int32_t)v, day)));
    return arena_printf(a, "%lld", (long long)v);
}

static struct str stretch_text(struct arena *a, const struct scale *x, int first, int last)
{
    int64_t low = x->ranges->starts[first], high = range_last(x->ranges, last);
    bool from_start = first == x->ranges->missing, to_end = last == x->ranges->n - 1;
    if (from_start && to_end)
        return STR("any");
    if (low == high)
        return number_text(a, x, low);
    if (from_start)
        return arena_printf(a, "%s" STR_FMT, x->days ? "until " : "at most ",
                            STR_ARG(number_text(a, x, high)));
    if (to_end)
        return arena_printf(a, "%s" STR_FMT, x->days ? "from " : "at least ",
                            STR_ARG(number_text(a, x, low)));
    return arena_printf(a, STR_FMT " to " STR_FMT, STR_ARG(number_text(a, x, low)),
                        STR_ARG(number_text(a, x, high)));
}

struct str range_set_text(struct arena *a, const struct space *s, struct lit l)
{
    const struct scale scales[] = {
        {&s->parties, "parties: ", NULL, false},
        {&s->age, "age of the dispute in days: ", "when it occurred not given", false},
        {&s->arrived, "arrived ", NULL, true},
        {&s->earlier, "days since the same parties' last: ", "no earlier referral of the same parties",
         false},
        {&s->earlier_count, "earlier referrals of the same parties: ", NULL, false},
    };
    static const enum dim_kind kinds[] = {DIM_PARTIES, DIM_AGE, DIM_ARRIVED, DIM_EARLIER, DIM_EARLIER_COUNT};
    const struct scale *x = scales;
    struct text_list list = {.a = a, .between = " or "};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (s->dims[l.dim].kind == kinds[i])
            x = &scales[i];
    }
    bool none = x->ranges->missing && set_has(s, l.set, 0);
    for (int i = x->ranges->missing; i < x->ranges->n; i++) {
        int end = i;
        if (!set_has(s, l.set, i))
            continue;
        while (end + 1 < x->ranges->n && set_has(s, l.set, end + 1))
            end++;
        text_list_add(&list, stretch_text(a, x, i, end));
        i = end;
    }
    text_list_end(&list);
    if (list.n == 0)
        return str_from(x->missing);
    return arena_printf(a, "%s" STR_FMT "%s%s", x->what, STR_ARG(list.text), none ? ", or " : "",
                        none ? x->missing : "");
}
