/*
 * rules_schema.c - JSON Schema printed, or written into a directory
 */
#include "ctl/command.h"

#include "conf/jsonschema.h"

#include <errno.h>
#include <string.h>

static int print_one(const char *name)
{
    const struct jsonschema_kind *kind = jsonschema_find(name);
    if (kind)
        return jsonschema_print(kind, stdout) ? CTL_OK : CTL_NO;
    fprintf(stderr, "referralctl: there is no kind of file `%s`; there are", name);
    for (kind = jsonschema_kinds; kind->name; kind++)
        fprintf(stderr, "%s %s", kind == jsonschema_kinds ? "" : ",", kind->name);
    fprintf(stderr, "\n");
    return CTL_USAGE;
}

static bool write_one(const char *dir, const struct jsonschema_kind *kind)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s.json", dir, kind->name);
    FILE *out = n < (int)sizeof path ? fopen(path, "we") : NULL;
    bool good = out && jsonschema_print(kind, out);
    if (out)
        good = fclose(out) == 0 && good;
    if (!good)
        fprintf(stderr, "referralctl: %s: %s\n", path, out ? "cannot be written" : strerror(errno));
    return good;
}

int run_rules_schema(const struct call *c)
{
    const char *dir = call_value(c, OPT_OUT, NULL);
    if (!dir)
        return print_one(call_value(c, OPT_KIND, "rules"));
    bool good = true;
    for (const struct jsonschema_kind *k = jsonschema_kinds; k->name; k++)
        good = write_one(dir, k) && good;
    return good ? CTL_OK : CTL_NO;
}
