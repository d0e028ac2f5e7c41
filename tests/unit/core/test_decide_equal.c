/*
 * test_decide_equal.c - a property: the indexed decision is the naive one, for random pairs of rule set and referral
 *
 * Each rule set follows from one seed. A pair that differs is printed after every rule it can do without was taken away;
 * REFERRAL_EQUAL_SEED=<seed of the run> repeats a run, REFERRAL_EQUAL_PAIRS=<n> sets how many pairs it has. Under
 * sanitizers it has few; check_decide_equal.sh runs a million without.
 */
#include "core/equal_naive.h"

#include <time.h>

#define PAIRS_EACH 250

static struct facts *new_facts(struct model *m)
{
    struct arena *a = m->w->a;
    struct facts *f = ARENA_NEW(a, struct facts);
    struct party_facts *parties = ARENA_ARRAY(a, 4, struct party_facts);
    struct str *tags = ARENA_ARRAY(a, 4, struct str);
    struct referral *r = &f->r;
    int n_words = chance(m, 75) ? pick(m, 4) : pick(m, 10);
    f->source = PICK_OF(m, model_sources);
    f->summary = "";
    for (int i = 0; i < n_words; i++)
        f->summary = arena_printf(a, "%s%s%s", f->summary, chance(m, 50) ? "双方" : "", PICK_OF(m, model_words)).p;
    r->folded = arena_printf(a, "%s\n%s", f->summary, f->source);
    r->mode = (enum mode)some_mode(m);
    r->channel = chance(m, 90) ? (enum channel)mode_channel(r->mode) : (enum channel)(1 + pick(m, CHANNEL_COUNT - 1));
    r->agency = str_from(PICK_OF(m, model_agencies));
    r->agency_ref = arena_printf(a, "%d", pick(m, 1000));
    r->place = pick(m, m->w->rs.regions.n);
    r->category = chance(m, 60) ? pick(m, COUNT(model_categories)) : -1;
    r->source_category = str_from(f->source);
    r->offence = str_from(PICK_OF(m, model_offences));
    r->has_claim = chance(m, 70);
    r->claim_minor = pick(m, 40);
    memcpy(r->currency, chance(m, 80) ? "CNY" : chance(m, 80) ? "USD" : "GBP", 4);
    r->n_parties = pick(m, 5);
    for (int i = 0; i < r->n_parties; i++) {
        parties[i] = (struct party_facts){.role = (enum party_role)(1 + pick(m, 5)),
                                          .kind = (enum party_kind)(1 + pick(m, 5)),
                                          .foreign = chance(m, 20),
                                          .minor = chance(m, 20),
                                          .address = chance(m, 70) ? r->place : pick(m, m->w->rs.regions.n + 1) - 1,
                                          .credit_code = str_from(PICK_OF(m, model_credit))};
    }
    r->parties = parties;
    r->earlier.count = chance(m, 60) ? 0 : pick(m, 6);
    r->tags = tags;
    r->n_tags = pick(m, 4);
    for (int i = 0; i < r->n_tags; i++)
        tags[i] = str_from(chance(m, 90) ? PICK_OF(m, model_tags) : "unheard-of");
    r->risk = (unsigned)pick(m, 16);
    r->arrived_ms = (int64_t)(MODEL_DAY + pick(m, 14)) * 86400000 + pick(m, 86400000);
    r->occurred_on = chance(m, 30) ? 0 : MODEL_DAY - pick(m, 40);
    r->earlier.last_ms = r->earlier.count ? r->arrived_ms - (int64_t)pick(m, 40) * 43200000 : 0;
    r->earlier.organisation = chance(m, 50) ? -1 : pick(m, MODEL_ORGS);
    f->n_excluded = pick(m, 3);
    for (int i = 0; i < f->n_excluded; i++)
        f->excluded[i] = pick(m, MODEL_ORGS);
    return f;
}

static bool same_candidates(const struct decision *d, const struct naive *x)
{
    if (d->n_candidates != x->n_candidates)
        return false;
    for (int i = 0; i < d->n_candidates; i++) {
        const struct candidate *c = &d->candidates[i];
        if (c->organisation != x->candidates[i].organisation || c->passed != x->candidates[i].passed ||
            c->rung != x->candidates[i].rung || c->partner != x->candidates[i].partner)
            return false;
    }
    return true;
}

static bool same_tags(const struct decision *d, const struct naive *x)
{
    for (int i = 0; i < d->n_tags && i < x->n_tags; i++) {
        if (!str_eqz(d->tags[i], x->tags[i]))
            return false;
    }
    return d->n_tags == x->n_tags;
}

static const char *difference(const struct decision *d, const struct naive *x)
{
    return d->rule != x->rule                   ? "rule"
           : d->category != x->category         ? "category"
           : d->classifier != x->classifier     ? "classifier"
           : !same_tags(d, x)                   ? "tags"
           : d->outcome != x->outcome           ? "outcome"
           : d->rung != x->rung                 ? "rung"
           : d->organisation != x->organisation ? "organisation"
           : d->partner != x->partner           ? "partner"
           : !same_candidates(d, x)             ? "candidates"
           : d->truncated                       ? "truncated"
                                                : NULL;
}

/* How often words were weighed, and told or did not tell a category. */
static long weighed, unsure;

/* What differs between the indexed decision and the naive one; NULL: nothing. */
static const char *compare(const struct model *m, const struct facts *f, struct arena *a, struct decision *d)
{
    struct naive x;
    naive_decide(&x, m, f);
    weighed += x.weighed;
    unsure += x.unsure;
    assert_true(decide(a, &m->w->rs, &f->r, f->excluded, f->n_excluded, world_load(m->w), d));
    return difference(d, &x);
}

static void print_tree(const struct tree *t, int depth)
{
    static const char *const kinds[COND_KIND_LIMIT] = {
        [COND_ALL] = "all_of", [COND_ANY] = "any_of", [COND_NOT] = "not", [COND_CHANNEL] = "channel", [COND_MODE] = "mode",
        [COND_CATEGORY_UNDER] = "category under", [COND_CATEGORY_IS] = "category is", [COND_CATEGORY_MISSING] = "category missing",
        [COND_REGION_WITHIN] = "region within", [COND_REGION_IS] = "region is", [COND_REGION_LEVEL] = "region level",
        [COND_REGION_KIND] = "region kind", [COND_CLAIM] = "claim", [COND_CLAIM_MISSING] = "claim missing", [COND_TAGS] = "tags",
        [COND_OFFENCE] = "offence", [COND_SOURCE_CATEGORY] = "source_category", [COND_AGENCY] = "agency", [COND_RISK] = "risk",
        [COND_TEXT] = "text", [COND_PARTY] = "party", [COND_PARTIES] = "parties", [COND_SAME_VILLAGE] = "same_village",
        [COND_AGE] = "age", [COND_AGE_MISSING] = "age missing", [COND_ARRIVED] = "arrived", [COND_WORKING_TIME] = "working time",
        [COND_EARLIER] = "earlier", [COND_EARLIER_COUNT] = "earlier count",
    };
    print_error("%*s%s", depth * 2, "", kinds[t->kind] ? kinds[t->kind] : "?");
    if (t->kind > COND_NOT) {
        print_error(" set=%llx roles=%llx low=%lld high=%lld currency=%s foreign=%d minor=%d list=", (unsigned long long)t->set,
                    (unsigned long long)t->roles, (long long)t->low, (long long)t->high, t->currency ? t->currency : "-",
                    t->foreign, t->minor);
        for (int i = 0; i < t->n; i++)
            print_error(t->strings[i] ? "%s%s" : "%s%.0s%d", i ? "," : "", t->strings[i] ? t->strings[i] : "", t->list[i]);
    }
    print_error("\n");
    for (int i = 0; t->kind <= COND_NOT && i < t->n; i++)
        print_tree(t->kids[i], depth + 1);
}

static void print_weigh(const struct model_weigh *w)
{
    print_error("  weigh: at_least %d lead %d repeats %d short %d\n", w->at_least, w->lead, w->repeats, w->short_text);
    for (int i = 0; i < w->n_lines; i++) {
        const struct model_line *line = &w->lines[i];
        print_error("    ");
        for (int part = 0; part < line->n_parts; part++) {
            for (int k = 0; k < line->n_words[part]; k++)
                print_error("%s%s", k ? "/" : part ? "+" : "", model_words[line->words[part][k]]);
        }
        print_error(",%s,%d%s\n",
                    line->tag             ? line->tag
                    : line->category >= 0 ? model_categories[line->category][0]
                                          : "",
                    line->points, line->short_only ? " short" : "");
    }
}

static void print_facts(const struct model *m, const struct facts *f)
{
    const struct referral *r = &f->r;
    print_error("referral: channel %d mode %d agency %s place %d (%s) category %d source '%s' summary '%s' offence '%s'\n",
                (int)r->channel, (int)r->mode, r->agency.p, r->place, m->w->rs.regions.items[r->place].code.p, r->category, f->source,
                f->summary, r->offence.p);
    print_error("  claim %d %lld %s risk %u arrived %lld occurred %d earlier %d %lld %d excluded %d\n", r->has_claim,
                (long long)r->claim_minor, r->currency, r->risk, (long long)r->arrived_ms, r->occurred_on, r->earlier.count,
                (long long)r->earlier.last_ms, r->earlier.organisation, f->n_excluded);
    for (int i = 0; i < r->n_parties; i++)
        print_error("  party kind %d role %d foreign %d minor %d address %d\n", (int)r->parties[i].kind, (int)r->parties[i].role,
                    r->parties[i].foreign, r->parties[i].minor, r->parties[i].address);
    for (int i = 0; i < r->n_tags; i++)
        print_error("  tag %s\n", r->tags[i].p);
}

/* Takes away every rule and classifier without which the pair still differs. */
static void shrink(struct model *m, const struct facts *f, struct arena *a)
{
    struct decision d;
    for (int i = m->n_rules - 1; i >= 0; i--) {
        struct model_rule gone = m->rules[i];
        memmove(&m->rules[i], &m->rules[i + 1], (size_t)(--m->n_rules - i) * sizeof gone);
        model_compile(m);
        if (!compare(m, f, a, &d)) {
            memmove(&m->rules[i + 1], &m->rules[i], (size_t)(m->n_rules++ - i) * sizeof gone);
            m->rules[i] = gone;
        }
    }
    for (int i = m->n_classifiers - 1; i >= 0; i--) {
        struct model_classifier gone = m->classifiers[i];
        memmove(&m->classifiers[i], &m->classifiers[i + 1], (size_t)(--m->n_classifiers - i) * sizeof gone);
        model_compile(m);
        if (!compare(m, f, a, &d)) {
            memmove(&m->classifiers[i + 1], &m->classifiers[i], (size_t)(m->n_classifiers++ - i) * sizeof gone);
            m->classifiers[i] = gone;
        }
    }
    model_compile(m);
}

static void report(struct model *m, const struct facts *f, uint64_t run, const char *what)
{
    struct arena *a = arena_new(0);
    struct naive x;
    struct decision d;
    shrink(m, f, a);
    naive_decide(&x, m, f);
    assert_true(decide(a, &m->w->rs, &f->r, f->excluded, f->n_excluded, world_load(m->w), &d));
    print_error("%s differs; REFERRAL_EQUAL_SEED=%llu repeats the run. What is left of the rule set:\n", what, (unsigned long long)run);
    for (int i = 0; i < m->n_classifiers; i++) {
        print_error("classifier %d -> %d\n", i, m->classifiers[i].classifier.category);
        if (m->classifiers[i].weigh)
            print_weigh(m->classifiers[i].weigh);
        print_tree(m->classifiers[i].when, 1);
    }
    for (int i = 0; i < m->n_rules; i++) {
        print_error("rule %d\n", i);
        print_tree(m->rules[i].when, 1);
    }
    print_facts(m, f);
    print_error("indexed: rule %d classifier %d category %d organisation %d of %d candidates; naive: rule %d classifier %d category "
                "%d organisation %d of %d\n",
                d.rule, d.classifier, d.category, d.organisation, d.n_candidates, x.rule, x.classifier, x.category, x.organisation,
                x.n_candidates);
    arena_free(a);
    fail();
}

static long env_number(const char *name, long otherwise)
{
    const char *s = getenv(name);
    return s && *s ? strtol(s, NULL, 10) : otherwise;
}

static void the_index_decides_as_the_naive_interpreter(void **state)
{
    (void)state;
    long pairs = env_number("REFERRAL_EQUAL_PAIRS", 50000), done = 0, by_rule = 0, assigned = 0;
    uint64_t run = (uint64_t)env_number("REFERRAL_EQUAL_SEED", (long)time(NULL)), rng = run;
    print_message("# seed %llu, %ld pairs\n", (unsigned long long)run, pairs);
    while (done < pairs) {
        struct model *m = malloc(sizeof *m);
        assert_non_null(m);
        model_new(m, random_next(&rng));
        for (int i = 0; i < PAIRS_EACH; i++, done++) {
            struct arena *a = arena_new(0);
            const struct facts *f = new_facts(m);
            struct decision d;
            const char *what = compare(m, f, a, &d);
            if (what)
                report(m, f, run, what);
            by_rule += d.rule >= 0;
            assigned += d.outcome == OUTCOME_ASSIGNED;
            arena_free(a);
        }
        model_free(m);
        free(m);
    }
    /* The property would be empty if nothing ever matched. */
    assert_true(by_rule > pairs / 2 && by_rule < pairs && assigned > pairs / 20);
    print_message("# words told a category or tags %ld times, and no category %ld times\n", weighed, unsure);
    assert_true(weighed > pairs / 100 && unsure > pairs / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_index_decides_as_the_naive_interpreter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
