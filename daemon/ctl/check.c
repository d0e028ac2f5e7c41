/*
 * check.c - a configuration directory checked, as the daemon checks it
 */
#include "ctl/command.h"

#include "conf/report.h"
#include "ctl/layout.h"
#include "ctl/place.h"

int run_check(const struct call *c)
{
    const char *dir = c->n_args > 0 ? c->args[0] : place_config(c);
    int faulty =
        call_has(c, OPT_JSON) ? conf_check_json(dir, stdout) : conf_check(dir, stdout, layout_colour(stdout));
    return faulty ? CTL_NO : CTL_OK;
}
