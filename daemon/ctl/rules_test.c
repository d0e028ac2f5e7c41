/*
 * rules_test.c - the tests beside the rules, run and told file by file
 */
#include "ctl/rules_test.h"

#include "ctl/layout.h"

#include <stdlib.h>

/* What came of each test that was wanted. */
struct test_run {
    const struct rule_test *test;
    struct test_result result;
    struct str why;
};

struct runs {
    struct test_run *items;
    int n, failed;
};

static bool wanted(const struct rule_test *t, const char *part)
{
    return !part || memmem(t->name.p, t->name.n, part, strlen(part)) != NULL;
}

static bool run_tests(const struct ruleset_dir *d, const char *part, struct runs *out)
{
    *out = (struct runs){.items = ARENA_ARRAY(d->arena, (size_t)d->tests.n + 1, struct test_run)};
    for (int i = 0; out->items && i < d->tests.n; i++) {
        const struct rule_test *t = &d->tests.items[i];
        struct test_run *o = &out->items[out->n];
        if (!wanted(t, part))
            continue;
        if (!ruletest_run(d->arena, d->rs, t, &o->result))
            return false;
        o->test = t;
        if (!o->result.passed)
            o->why = ruletest_why(d->arena, d->rs, d->shown_as, t, &o->result.decision);
        out->failed += !o->result.passed;
        out->n++;
    }
    return out->items != NULL;
}

/* ---- text ---- */

/* A file's tests stand together. */
static int end_of_file(const struct runs *all, int from)
{
    int i = from;
    while (i < all->n && str_eq(all->items[i].test->file, all->items[from].test->file))
        i++;
    return i;
}

static int widest_name(const struct runs *all)
{
    size_t width = 0;
    for (int i = 0; i < all->n; i++)
        width = all->items[i].test->file.n > width ? all->items[i].test->file.n : width;
    return (int)width;
}

static int failed_in(const struct runs *all, int from, int to)
{
    int failed = 0;
    for (int i = from; i < to; i++)
        failed += !all->items[i].result.passed;
    return failed;
}

static int tell_files(const struct report *r, const struct runs *all)
{
    int files = 0, width = widest_name(all);
    for (int i = 0, end; i < all->n; i = end, files++) {
        end = end_of_file(all, i);
        int failed = failed_in(all, i, end);
        layout_padded(r->out, all->items[i].test->file, width, false);
        fprintf(r->out, "  %4d passed", end - i - failed);
        if (failed)
            fprintf(r->out, ", %s%d failed%s", r->colour ? "\x1b[1;31m" : "", failed,
                    r->colour ? "\x1b[0m" : "");
        fputc('\n', r->out);
    }
    return files;
}

static bool tell_failures(const struct report *r, const struct runs *all)
{
    struct diag *diag = diag_new();
    for (int i = 0; diag && i < all->n; i++) {
        const struct test_run *o = &all->items[i];
        if (!o->result.passed)
            diag_add(diag, DIAG_ERROR, &o->test->at, o->why.n ? o->why.p : NULL,
                     "test failed: expected " STR_FMT, STR_ARG(o->result.differs));
    }
    if (diag)
        diag_print(diag, r->out, r->colour);
    diag_free(diag);
    return diag != NULL;
}

static bool tell_text(const struct report *r, const struct runs *all)
{
    int files = tell_files(r, all);
    if (all->failed && !tell_failures(r, all))
        return false;
    fprintf(r->out, "tests: %d passed, %d failed, in %d file%s\n", all->n - all->failed, all->failed, files,
            files == 1 ? "" : "s");
    return true;
}

/* ---- JSON ---- */

static void tell_one(struct json_out *j, const struct ruleset_dir *d, const struct test_run *o)
{
    const struct decision *got = &o->result.decision;
    json_open(j, '{');
    json_key(j, "name"), json_text(j, o->test->name);
    json_key(j, "file"), json_text(j, o->test->file);
    json_key(j, "line"), json_int(j, o->test->at.line);
    json_key(j, "passed"), json_raw(j, o->result.passed ? "true" : "false");
    json_key(j, "rule"), json_text(j, got->rule >= 0 ? d->rs->rules[got->rule].id : STR(""));
    json_key(j, "outcome"), json_text(j, str_from(word_of(outcome_words, (int)got->outcome)));
    json_key(j, "organisation");
    json_text(j, got->organisation >= 0 ? d->rs->roster.items[got->organisation].id : STR(""));
    json_key(j, "differs"), json_text(j, o->result.differs);
    json_key(j, "why"), json_text(j, o->why.p ? o->why : STR(""));
    json_close(j, '}');
}

static void tell_json(const struct report *r, const struct runs *all)
{
    json_key(r->json, "passed"), json_int(r->json, all->n - all->failed);
    json_key(r->json, "failed"), json_int(r->json, all->failed);
    json_key(r->json, "tests"), json_open(r->json, '[');
    for (int i = 0; i < all->n; i++)
        tell_one(r->json, r->set, &all->items[i]);
    json_close(r->json, ']');
}

/* ---- the command ---- */

static bool tell(const struct report *r, const struct runs *all)
{
    if (r->json)
        tell_json(r, all);
    return r->json || tell_text(r, all);
}

static bool keep_wanted(struct report *r, const struct runs *all)
{
    struct rule_test *items = ARENA_ARRAY(r->set->arena, (size_t)all->n + 1, struct rule_test);
    for (int i = 0; items && i < all->n; i++)
        items[i] = *all->items[i].test;
    r->tests = (struct rule_tests){items, all->n};
    return items != NULL;
}

static int test(const struct call *c, struct report *r, const struct mutant_options *o)
{
    struct runs all;
    bool deeper = call_has(c, OPT_COVERAGE) || call_has(c, OPT_MUTATE);
    if (!run_tests(r->set, call_value(c, OPT_NAME, NULL), &all) || !tell(r, &all))
        return CTL_NO;
    if (all.failed && deeper && !r->json)
        fprintf(stderr, "referralctl: coverage and mutants are only told of tests that pass\n");
    if (all.failed)
        return CTL_NO;
    if (deeper && !keep_wanted(r, &all))
        return CTL_NO;
    if (call_has(c, OPT_COVERAGE) && !rules_coverage_report(r))
        return CTL_NO;
    if (call_has(c, OPT_MUTATE) && !rules_mutate_report(r, o))
        return CTL_NO;
    return CTL_OK;
}

int run_rules_test(const struct call *c)
{
    struct ruleset_dir d;
    struct json_out json = {.out = stdout};
    struct mutant_options o;
    if (!call_number(c, OPT_LIMIT, 1, INT32_MAX, INT32_MAX, &o.limit) ||
        !call_number(c, OPT_SEED, 0, INT64_MAX, 1, &o.seed))
        return CTL_USAGE;
    if (!ruleset_dir_open(c, &d))
        return CTL_NO;
    struct report r = {.set = &d, .out = stdout, .colour = layout_colour(stdout)};
    r.json = call_has(c, OPT_JSON) ? &json : NULL;
    if (r.json)
        json_open(r.json, '{');
    int code = test(c, &r, &o);
    if (r.json) {
        json_close(r.json, '}');
        fputc('\n', stdout);
    }
    ruleset_dir_close(&d);
    return code;
}
