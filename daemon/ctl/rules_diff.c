/*
 * rules_diff.c - `rules diff`: what changes hands between two rule sets
 */
#include "ctl/bounds.h"
#include "ctl/diffs.h"

#include "ctl/layout.h"
#include "ctl/progress.h"
#include "ctl/ruleset_dir.h"

#define PARTS_MAX          4
#define CONTRADICTIONS_MAX 20000
#define LIMIT              50

static int report(const struct call *c, const struct ruleset_dir *was, const struct ruleset_dir *is,
                  const struct difference *found, int64_t limit)
{
    struct diffs_report r = {.arena = is->arena,
                             .was = was->rs,
                             .is = is->rs,
                             .was_in = was->shown_as,
                             .is_in = is->shown_as,
                             .found = found,
                             .limit = (int)limit};
    r.form = witness_form_both(witness_form_of(was->rs), witness_form_of(is->rs));
    if (call_has(c, OPT_JSON))
        diffs_json(&r, stdout);
    else
        diffs_text(&r, stdout, layout_colour(stdout));
    return diffs_none(found) ? CTL_OK : CTL_NO;
}

static int compare(const struct call *c, const struct ruleset_dir *was, const struct ruleset_dir *is)
{
    struct difference found;
    int64_t limit;
    if (!call_number(c, OPT_LIMIT, 1, 1000000, LIMIT, &limit))
        return CTL_USAGE;
    const struct peers *peers = bounds_peers(is);
    struct progress progress = progress_start(stderr, "comparing for all referrals", 0);
    struct difference_options options = {.bounds = bounds_of(peers),
                                         .parts_max = PARTS_MAX,
                                         .contradictions_max = CONTRADICTIONS_MAX,
                                         .tick = progress_tick,
                                         .context = &progress};
    bool good = difference(is->arena, was->rs, is->rs, &options, &found);
    progress_end(&progress);
    if (!good)
        fprintf(stderr, "referralctl: memory is out\n");
    int code = good ? report(c, was, is, &found, limit) : CTL_NO_ANSWER;
    peers_unref(peers);
    return code;
}

int run_rules_diff(const struct call *c)
{
    struct ruleset_dir was, is;
    int code = ruleset_dir_or_version(c, c->args[0], &was);
    if (code != CTL_OK)
        return code;
    code = ruleset_dir_or_version(c, c->args[1], &is);
    if (code == CTL_OK) {
        code = compare(c, &was, &is);
        ruleset_dir_close(&is);
    }
    ruleset_dir_close(&was);
    return code;
}
