/*
 * fuzz_words.c - any bytes as a table of words with points, then weighed over themselves
 *
 * Nothing may crash, leak or take long; what comes out is either a rule set without errors, or errors without a
 * rule set.
 */
#include "../unit/conf/small.h"
#include "base/fold.h"
#include "conf/load.h"
#include "core/decide.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules[] = "classify:\n"
                            "  - id: words\n"
                            "    when: {}\n"
                            "    weigh: {tables: [x.csv], at_least: 2, lead: 1, repeats: 3}\n"
                            "rules: [{id: rest, name: rest, when: {}, manual: {reason: rest}}]\n";

static void weigh(const struct ruleset *rs, struct str text)
{
    struct arena *a = arena_new(0);
    struct referral r = {.channel = CHANNEL_PLATFORM, .mode = MODE_PLATFORM_ONLINE, .category = -1};
    struct decision d;
    r.folded = fold(a, text);
    r.agency = r.source_category = r.offence = STR("");
    if (r.folded.p && !decide(a, rs, &r, NULL, 0, (struct load_view){0}, &d))
        abort();
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char channels[8192];
    if (!channels[0])
        small_channels(channels);
    const struct source_file files[] = {
        {.name = STR("calendar/x.csv"), .bytes = str_from(small_calendar)},
        {.name = STR("categories/x.csv"), .bytes = str_from(small_categories)},
        {.name = STR("channels.yaml"), .bytes = str_from(channels)},
        {.name = STR("organisations/x.yaml"), .bytes = str_from(small_organisations)},
        {.name = STR("regions/x.csv"), .bytes = str_from(small_regions)},
        {.name = STR("rules/x.csv"), .bytes = {(const char *)data, size}},
        {.name = STR("rules/x.yaml"), .bytes = str_from(rules)},
    };
    const struct source source = {"config", files, sizeof(files) / sizeof(*files)};
    struct diag *diag = diag_new();
    const struct ruleset *rs = conf_load_ruleset(&source, true, diag);
    if ((rs == NULL) != (diag_count(diag, DIAG_ERROR) > 0))
        abort();
    if (rs)
        weigh(rs, (struct str){(const char *)data, size});
    free(diag_text(diag));
    ruleset_unref(rs);
    diag_free(diag);
    return 0;
}
