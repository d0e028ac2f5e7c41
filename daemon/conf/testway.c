/*
 * testway.c - what a test meets on its way through classifiers and rules
 */
#include "conf/mutants.h"

bool test_way_find(struct arena *a, const struct ruleset *rs, const struct rule_test *t, struct test_way *out)
{
    struct test_result result;
    unsigned char *hits = arena_alloc(a, textscan_hits_size(rs->words) + 1);
    if (!hits || !ruletest_run(a, rs, t, &result))
        return false;
    const struct decision *d = &result.decision;
    textscan_run(rs->words, t->referral.folded, hits);
    out->decision = *d;
    out->rungs = result.rungs;
    out->n_rungs = result.n_rungs;
    out->match = (struct match){.rules = rs,
                                .referral = &t->referral,
                                .category = d->category,
                                .tags = d->tags,
                                .n_tags = d->n_tags,
                                .hits = hits,
                                .source_category = match_source_category(&t->referral)};
    return true;
}

static bool same_tags(const struct test_step *s, const struct decision *d)
{
    bool same = s->n_tags == d->n_tags;
    for (int i = 0; same && i < s->n_tags; i++)
        same = str_eq(s->tags[i], d->tags[i]);
    return same;
}

/* What `d` left; tags that have not changed are the ones of the step before. */
static bool step_after(struct arena *a, const struct test_step *before, const struct decision *d,
                       struct test_step *out)
{
    *out = (struct test_step){d->category, before->tags, before->n_tags};
    if (same_tags(before, d))
        return true;
    struct str *tags = ARENA_ARRAY(a, (size_t)d->n_tags + 1, struct str);
    if (!tags)
        return false;
    memcpy(tags, d->tags, (size_t)d->n_tags * sizeof *tags);
    out->tags = tags;
    out->n_tags = d->n_tags;
    return true;
}

/* Each classifier by itself, on a referral that has what those before it have set. */
const struct test_step *test_steps_find(struct arena *a, const struct ruleset *rs, const struct rule_test *t)
{
    struct test_step *steps = ARENA_ARRAY(a, (size_t)rs->n_classifiers + 1, struct test_step);
    struct ruleset one = mutate_plain(rs);
    one.n_rules = 0;
    one.n_classifiers = 0;
    for (int i = 0; steps && i <= rs->n_classifiers; i++) {
        struct referral r = t->referral;
        struct arena *scratch = arena_new(0);
        struct decision d;
        if (i > 0) {
            one.n_classifiers = 1;
            one.classifiers = &rs->classifiers[i - 1];
            r.category = steps[i - 1].category;
            r.tags = steps[i - 1].tags;
            r.n_tags = steps[i - 1].n_tags;
        } else {
            steps[0] = (struct test_step){r.category, NULL, 0};
        }
        bool good = scratch && decide_rule(scratch, &one, &r, &d) &&
                    step_after(a, &steps[i > 0 ? i - 1 : 0], &d, &steps[i]);
        arena_free(scratch);
        if (!good)
            return NULL;
    }
    return steps;
}

struct match test_step_match(const struct test_way *way, const struct test_step *s)
{
    struct match m = way->match;
    m.category = s->category;
    m.tags = s->tags;
    m.n_tags = s->n_tags;
    return m;
}
