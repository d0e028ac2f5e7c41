/*
 * rules_check.c - a configuration directory checked, for a person, a program or an editor
 */
#include "ctl/command.h"

#include "conf/report.h"
#include "ctl/layout.h"
#include "ctl/place.h"

#include <string.h>

int run_rules_check(const struct call *c)
{
    const char *dir = c->n_args > 0 ? c->args[0] : place_config(c);
    static const char *const formats[] = {"text", "json", "sarif", NULL};
    const char *format = call_format(c, formats, "text");
    if (!format)
        return CTL_USAGE;
    if (strcmp(format, "text") == 0)
        return conf_check(dir, stdout, layout_colour(stdout)) ? CTL_NO : CTL_OK;
    if (strcmp(format, "json") == 0)
        return conf_check_json(dir, stdout) ? CTL_NO : CTL_OK;
    return conf_check_sarif(dir, stdout) ? CTL_NO : CTL_OK;
}
