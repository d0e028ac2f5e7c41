/*
 * fuzz_conf.c - any bytes as a rules file: tree, schema, names, conditions, ladder, tests
 *
 * What stands behind a line `%table` is rules/t.csv, for `table: t.csv` in the YAML before it.
 *
 * The rest of the configuration is small and right. Nothing may crash, leak or take long; what comes out is
 * either a rule set without errors, or errors without a rule set.
 */
#include "../unit/conf/small.h"
#include "conf/load.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char channels[8192];
    if (!channels[0])
        small_channels(channels);
    static const char mark[] = "\n%table\n";
    const char *yaml = (const char *)data, *at = memmem(data, size, mark, sizeof mark - 1);
    size_t n = at ? (size_t)(at - yaml) + 1 : size;
    const struct str table = at ? (struct str){at + sizeof mark - 1, size - n - (sizeof mark - 2)} : STR("id\n");
    const struct source_file files[] = {
        {.name = STR("calendar/x.csv"), .bytes = str_from(small_calendar)},
        {.name = STR("categories/x.csv"), .bytes = str_from(small_categories)},
        {.name = STR("channels.yaml"), .bytes = str_from(channels)},
        {.name = STR("organisations/x.yaml"), .bytes = str_from(small_organisations)},
        {.name = STR("regions/x.csv"), .bytes = str_from(small_regions)},
        {.name = STR("rules/t.csv"), .bytes = table},
        {.name = STR("rules/x.yaml"), .bytes = {yaml, n}},
    };
    const struct source source = {"config", files, sizeof(files) / sizeof(*files)};
    struct diag *diag = diag_new();
    const struct ruleset *rs = conf_load_ruleset(&source, true, diag);
    if ((rs == NULL) != (diag_count(diag, DIAG_ERROR) > 0))
        abort();
    free(diag_text(diag));
    ruleset_unref(rs);
    diag_free(diag);
    return 0;
}
