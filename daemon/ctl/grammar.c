/*
 * grammar.c - a command line taken apart by the tables
 */
#include "ctl/command.h"

#include "base/diag.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t everywhere = OPT(CONFIG) | OPT(SOCKET) | OPT(HELP);

/* How many of the `n` words spell `words`; 0: another command. */
static int match(const char *words, char *const *argv, int n)
{
    struct str rest = str_from(words);
    int used = 0;
    while (rest.n > 0) {
        size_t length = strcspn(rest.p, " ");
        if (used >= n || !str_eqz((struct str){rest.p, length}, argv[used]))
            return 0;
        used++;
        length += rest.p[length] == ' ';
        rest = (struct str){rest.p + length, rest.n - length};
    }
    return used;
}

/* ---- telling what is wrong ---- */

static void tell_unknown_command(FILE *err, const char *word)
{
    const char *names[64], *others[64];
    size_t n = 0, m = 0, first = strlen(word);
    for (const struct command *c = ctl_commands; c->words && n < 64; c++) {
        size_t length = strcspn(c->words, " ");
        if (length == first && memcmp(c->words, word, length) == 0)
            others[m++] = c->words;
        names[n++] = c->words;
    }
    if (m > 0) {
        fprintf(err, "referralctl: `%s` alone is not a command; there are", word);
        for (size_t i = 0; i < m; i++)
            fprintf(err, "%s `%s`", i ? "," : "", others[i]);
        fprintf(err, "\n");
        return;
    }
    const char *near = diag_nearest(str_from(word), names, n);
    fprintf(err, "referralctl: no command `%s`", word);
    if (near)
        fprintf(err, "; did you mean `%s`?", near);
    fprintf(err, "\nreferralctl help lists the commands\n");
}

static void tell_unknown_option(FILE *err, const struct command *c, struct str name, const char *as_written)
{
    const char *names[OPTION_COUNT];
    size_t n = 0;
    for (int i = 0; i < OPTION_COUNT; i++)
        if ((c->options | everywhere) >> i & 1)
            names[n++] = ctl_options[i].name;
    const char *near = diag_nearest(name, names, n);
    fprintf(err, "referralctl: `%s` has no option %s", c->words, as_written);
    if (near)
        fprintf(err, "; did you mean --%s?", near);
    fprintf(err, "\n");
    command_usage(err, c);
}

/* ---- options ---- */

static int find_option(struct str name, bool letter)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (letter ? name.n == 1 && ctl_options[i].letter == name.p[0] : str_eqz(name, ctl_options[i].name))
            return i;
    return -1;
}

static bool note(struct call *c, int id, const char *value, FILE *err)
{
    if (c->n_given == CALL_GIVEN_MAX) {
        fprintf(err, "referralctl: more than %d options\n", CALL_GIVEN_MAX);
        return false;
    }
    c->given[c->n_given++] = (struct given){(enum option_id)id, value};
    return true;
}

/* `--name`, `--name VALUE`, `--name=VALUE`, `-x`, `-x VALUE`. Moves *at past what it took. */
static bool take_option(struct call *c, int argc, char *const *argv, int *at, FILE *err)
{
    const char *word = argv[*at];
    bool letter = word[1] != '-';
    struct str name = str_from(word + (letter ? 1 : 2));
    const char *equals = letter ? NULL : strchr(name.p, '=');
    if (equals)
        name.n = (size_t)(equals - name.p);
    int id = find_option(name, letter);
    uint64_t allowed = c->command ? c->command->options | everywhere : everywhere;
    if (id < 0 || !(allowed >> id & 1)) {
        if (c->command)
            tell_unknown_option(err, c->command, name, word);
        else
            fprintf(err, "referralctl: the option %s stands before the command, or does not exist\n", word);
        return false;
    }
    if (!ctl_options[id].value) {
        if (equals)
            fprintf(err, "referralctl: --%s takes no value\n", ctl_options[id].name);
        return !equals && note(c, id, NULL, err);
    }
    if (equals)
        return note(c, id, equals + 1, err);
    if (*at + 1 >= argc) {
        fprintf(err, "referralctl: --%s needs %s\n", ctl_options[id].name, ctl_options[id].value);
        return false;
    }
    return note(c, id, argv[++*at], err);
}

/* ---- the whole line ---- */

static bool find_command(struct call *c, int argc, char *const *argv, int *at, FILE *err)
{
    for (const struct command *k = ctl_commands; k->words; k++) {
        int used = match(k->words, argv + *at, argc - *at);
        if (used == 0)
            continue;
        c->command = k;
        *at += used;
        return true;
    }
    tell_unknown_command(err, argv[*at]);
    return false;
}

static bool take_argument(struct call *c, const char *word, FILE *err)
{
    if (c->n_args < c->command->max) {
        c->args[c->n_args++] = word;
        return true;
    }
    fprintf(err, "referralctl: `%s` is one argument too many\n", word);
    command_usage(err, c->command);
    return false;
}

static bool complete(const struct call *c, FILE *err)
{
    bool whole = true;
    if (call_has(c, OPT_HELP))
        return true;
    if (c->n_args < c->command->min) {
        fprintf(err, "referralctl: `%s` needs %s\n", c->command->words, c->command->synopsis);
        whole = false;
    }
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (!(c->command->required >> i & 1) || call_has(c, (enum option_id)i))
            continue;
        fprintf(err, "referralctl: `%s` needs --%s %s: %s\n", c->command->words, ctl_options[i].name,
                ctl_options[i].value, ctl_options[i].help);
        whole = false;
    }
    if (!whole)
        command_usage(err, c->command);
    return whole;
}

static const struct command *help_command(void)
{
    const struct command *c = ctl_commands;
    while (c->words && strcmp(c->words, "help") != 0)
        c++;
    return c;
}

bool call_parse(int argc, char *const *argv, FILE *err, struct call *out)
{
    struct call c = {0};
    bool only_arguments = false;
    for (int at = 1; at < argc; at++) {
        const char *word = argv[at];
        if (!only_arguments && strcmp(word, "--") == 0) {
            only_arguments = true;
        } else if (!only_arguments && word[0] == '-' && word[1] != '\0') {
            if (!take_option(&c, argc, argv, &at, err))
                return false;
        } else if (!c.command) {
            if (!find_command(&c, argc, argv, &at, err))
                return false;
            at--; /* the loop steps over the last word */
        } else if (!take_argument(&c, word, err)) {
            return false;
        }
    }
    if (!c.command && !call_has(&c, OPT_HELP)) {
        fprintf(err, "referralctl: which command? referralctl help lists them\n");
        return false;
    }
    if (!c.command)
        c = (struct call){.command = help_command()};
    if (!complete(&c, err))
        return false;
    *out = c;
    return true;
}

bool call_has(const struct call *c, enum option_id id)
{
    for (int i = 0; i < c->n_given; i++)
        if (c->given[i].id == id)
            return true;
    return false;
}

const char *call_value(const struct call *c, enum option_id id, const char *otherwise)
{
    for (int i = c->n_given; i-- > 0;)
        if (c->given[i].id == id)
            return c->given[i].value;
    return otherwise;
}

const char *call_format(const struct call *c, const char *const *formats, const char *otherwise)
{
    const char *given = call_value(c, OPT_FORMAT, call_has(c, OPT_JSON) ? "json" : otherwise);
    for (const char *const *f = formats; *f; f++)
        if (strcmp(given, *f) == 0)
            return given;
    fprintf(stderr, "referralctl: there is no format `%s`; there are", given);
    for (const char *const *f = formats; *f; f++)
        fprintf(stderr, "%s %s", f == formats ? "" : ",", *f);
    fputs("\n", stderr);
    return NULL;
}

bool call_number(const struct call *c, enum option_id id, int64_t low, int64_t high, int64_t otherwise,
                 int64_t *out)
{
    const char *text = call_value(c, id, NULL);
    char *end;
    *out = otherwise;
    if (!text)
        return true;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && v >= low && v <= high) {
        *out = v;
        return true;
    }
    fprintf(stderr, "referralctl: --%s takes a number from %lld to %lld, not `%s`\n", ctl_options[id].name,
            (long long)low, (long long)high, text);
    return false;
}
