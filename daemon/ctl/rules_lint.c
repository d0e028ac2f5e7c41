/*
 * rules_lint.c - `rules lint`: what is wrong with the rules of a directory, by all referrals there can be
 */
#include "ctl/bounds.h"
#include "ctl/findings.h"

#include "base/clock.h"
#include "ctl/layout.h"
#include "ctl/progress.h"
#include "ctl/records.h"
#include "ctl/ruleset_dir.h"
#include "ctl/window.h"
#include "store/tally.h"

#define GAPS_MAX           20
#define CONTRADICTIONS_MAX 20000

static int64_t tallied(const struct rule_tally *all, int n, struct str rule)
{
    for (int i = 0; i < n; i++) {
        if (str_eq(all[i].rule, rule))
            return all[i].assigned + all[i].manual + all[i].refused;
    }
    return 0;
}

/* Past referrals that the rules of a finding decided; of a gap, those that no rule did. */
static int64_t touched_by(const struct ruleset *rs, const struct finding *f, const struct rule_tally *all,
                          int n)
{
    if (f->kind == FINDING_GAP)
        return tallied(all, n, STR(""));
    if (f->rule < 0)
        return -1;
    int64_t sum = tallied(all, n, rs->rules[f->rule].id);
    for (int i = 0; f->kind == FINDING_MERGE && i < f->n_others; i++)
        sum += tallied(all, n, rs->rules[f->others[i]].id);
    return sum;
}

static int count_touched(const struct call *c, struct findings_report *r)
{
    struct records records = {0};
    struct rule_tally *all = NULL;
    int64_t since, until, *touched = ARENA_ARRAY(r->arena, (size_t)r->found->n + 1, int64_t);
    int n = 0;
    if (!call_has(c, OPT_SINCE))
        return CTL_OK;
    if (!window_options(c, "90d", clock_now_ms(), &since, &until))
        return CTL_USAGE;
    int code = records_open(c, false, &records);
    if (code == CTL_OK && rule_tally(records.db, r->arena, since, until, &all, &n) != DB_OK)
        code = records_failed(&records);
    for (int i = 0; code == CTL_OK && touched && i < r->found->n; i++)
        touched[i] = touched_by(r->rs, &r->found->findings[i], all, n);
    r->touched = code == CTL_OK ? touched : NULL;
    r->since = call_value(c, OPT_SINCE, "");
    records_close(&records);
    return code;
}

static int report(const struct call *c, const struct ruleset_dir *d, const struct analysis *found)
{
    struct findings_report r = {.arena = d->arena, .rs = d->rs, .shown_as = d->shown_as, .found = found};
    struct finding_counts n = findings_count(found);
    bool ok = n.errors == 0 && (n.warnings == 0 || !call_has(c, OPT_STRICT));
    r.form = witness_form_of(d->rs);
    int code = count_touched(c, &r);
    if (code != CTL_OK)
        return code;
    if (call_has(c, OPT_JSON))
        findings_json(&r, stdout, ok);
    else
        findings_text(&r, stdout, layout_colour(stdout));
    return ok ? CTL_OK : CTL_NO;
}

int run_rules_lint(const struct call *c)
{
    struct ruleset_dir d;
    struct analysis found;
    if (!ruleset_dir_open(c, &d))
        return CTL_USAGE;
    const struct peers *peers = bounds_peers(&d);
    struct progress progress = progress_start(stderr, "looking at all referrals", 0);
    struct analyse_options options = {.bounds = bounds_of(peers),
                                      .gaps_max = GAPS_MAX,
                                      .contradictions_max = CONTRADICTIONS_MAX,
                                      .tick = progress_tick,
                                      .context = &progress};
    bool good = analyse(d.arena, d.rs, &options, &found);
    progress_end(&progress);
    if (!good)
        fprintf(stderr, "referralctl: memory is out\n");
    int code = good ? report(c, &d, &found) : CTL_NO_ANSWER;
    peers_unref(peers);
    ruleset_dir_close(&d);
    return code;
}
