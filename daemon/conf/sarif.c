/*
 * sarif.c - findings as SARIF
 */
#include "conf/sarif.h"

#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define BASE_ID "SRCROOT"
#define SCHEMA  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

static const char *level_of(enum diag_level level)
{
    static const char *const levels[] = {
        [DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note"};
    return levels[level];
}

static const char *kind_of(const struct diag_item *i)
{
    return i->kind[0] ? i->kind : "finding";
}

/* A path as part of a URI (RFC 3986): everything but unreserved characters and '/' is escaped. */
static json_t *uri_of(const char *scheme, const char *path, const char *end)
{
    size_t n = strlen(scheme) + strlen(end);
    char *uri = malloc(3 * strlen(path) + n + 1), *to = uri;
    if (!uri)
        return NULL;
    to += sprintf(to, "%s", scheme);
    for (const char *p = path; *p; p++) {
        unsigned char c = (unsigned char)*p;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        to += plain || strchr("-._~/", c) ? sprintf(to, "%c", c) : sprintf(to, "%%%02X", c);
    }
    sprintf(to, "%s", end);
    json_t *text = json_string(uri);
    free(uri);
    return text;
}

/* Where relative names begin: the directory when it is absolute, else the working directory. */
struct base {
    char named[PATH_MAX], real[PATH_MAX]; /* as the operator named it; without links */
};

static void base_init(struct base *b, const char *dir)
{
    char *real = NULL;
    if (dir[0] == '/')
        snprintf(b->named, sizeof b->named, "%s", dir);
    else if (!getcwd(b->named, sizeof b->named))
        strcpy(b->named, "/");
    size_t n = strlen(b->named);
    while (n > 1 && b->named[n - 1] == '/')
        b->named[--n] = 0;
    real = realpath(b->named, NULL);
    snprintf(b->real, sizeof b->real, "%s", real ? real : b->named);
    free(real);
}

/* What of `file` follows `dir`; NULL when it does not lie there. */
static const char *behind(const char *file, const char *dir)
{
    size_t n = strlen(dir);
    if (strncmp(file, dir, n) != 0 || (file[n] != '/' && file[n] != 0))
        return NULL;
    while (file[n] == '/')
        n++;
    return file[n] ? file + n : ".";
}

/* Relative to the base, or the whole path when it lies elsewhere. */
static json_t *artifact_of(const char *file, const struct base *b)
{
    const char *name = file[0] != '/' ? file : behind(file, b->named);
    if (!name)
        name = behind(file, b->real);
    return name ? json_pack("{s:o, s:s}", "uri", uri_of("", name, ""), "uriBaseId", BASE_ID)
                : json_pack("{s:o}", "uri", uri_of("file://", file, ""));
}

/* Lines and columns from 1; the end column is the one behind. */
static json_t *region_of(const struct diag_item *i)
{
    json_t *region = json_pack("{s:i}", "startLine", (int)i->line);
    if (i->col) {
        json_object_set_new(region, "startColumn", json_integer(i->col));
        json_object_set_new(region, "endColumn", json_integer((json_int_t)i->col + i->span));
    }
    json_t *line = i->source ? json_string(i->source) : NULL;
    if (line)
        json_object_set_new(region, "snippet", json_pack("{s:o}", "text", line));
    return region;
}

static json_t *location_of(const struct diag_item *i, const struct base *b)
{
    json_t *physical = json_pack("{s:o}", "artifactLocation", artifact_of(i->file, b));
    if (i->line)
        json_object_set_new(physical, "region", region_of(i));
    return json_pack("{s:o}", "physicalLocation", physical);
}

/* Cause, then what to do. */
static json_t *message_of(const struct diag_item *i)
{
    return i->hint ? json_sprintf("%s; %s", i->cause, i->hint) : json_string(i->cause);
}

static json_t *result_of(const struct diag_item *i, const struct base *b, json_t *rules)
{
    const char *kind = kind_of(i);
    json_t *rule;
    size_t at;
    json_array_foreach(rules, at, rule)
    {
        if (strcmp(json_string_value(json_object_get(rule, "id")), kind) == 0)
            break;
    }
    json_t *message = message_of(i);
    json_t *locations = json_array();
    if (i->file[0])
        json_array_append_new(locations, location_of(i, b));
    return json_pack("{s:s, s:i, s:s, s:{s:o}, s:o}", "ruleId", kind, "ruleIndex", (int)at, "level",
                     level_of(i->level), "message", "text",
                     message ? message : json_string("a text that is not UTF-8"), "locations", locations);
}

static json_t *rule_of(const char *kind, enum diag_level level)
{
    char words[DIAG_KIND_SIZE];
    snprintf(words, sizeof words, "%s", kind);
    for (char *p = words; *p; p++)
        *p = *p == '-' ? ' ' : *p;
    return json_pack("{s:s, s:{s:s}, s:{s:s}}", "id", kind, "shortDescription", "text", words,
                     "defaultConfiguration", "level", level_of(level));
}

/* The kinds that occur, each once, in order of appearance. */
static json_t *rules_of(const struct diag *d)
{
    json_t *rules = json_array(), *seen = json_object();
    for (size_t i = 0; i < diag_size(d); i++) {
        const struct diag_item *item = diag_item(d, i);
        if (json_object_get(seen, kind_of(item)))
            continue;
        json_object_set_new(seen, kind_of(item), json_true());
        json_array_append_new(rules, rule_of(kind_of(item), item->level));
    }
    json_decref(seen);
    return rules;
}

bool sarif_print(const struct diag *d, const char *dir, FILE *out)
{
    struct base base;
    json_t *rules = rules_of(d), *results = json_array();
    base_init(&base, dir);
    for (size_t i = 0; i < diag_size(d); i++)
        json_array_append_new(results, result_of(diag_item(d, i), &base, rules));
    json_t *run = json_pack("{s:{s:{s:s, s:s, s:o}}, s:s, s:{s:{s:o}}, s:o}", "tool", "driver", "name",
                            "referralctl", "version", VERSION, "rules", rules, "columnKind",
                            "unicodeCodePoints", "originalUriBaseIds", BASE_ID, "uri",
                            uri_of("file://", base.named, base.named[1] ? "/" : ""), "results", results);
    json_t *log = json_pack("{s:s, s:s, s:[o]}", "$schema", SCHEMA, "version", "2.1.0", "runs", run);
    bool told = log && json_dumpf(log, out, JSON_INDENT(2)) == 0;
    json_decref(log);
    return fputc('\n', out) != EOF && told;
}
