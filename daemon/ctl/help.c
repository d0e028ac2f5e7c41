/*
 * help.c - help from the tables, version, and the program's main
 */
#include "ctl/command.h"

#include "base/clock.h"
#include "ctl/json.h"

#include <sodium.h>
#include <string.h>

static const uint64_t everywhere = OPT(CONFIG) | OPT(SOCKET) | OPT(HELP);

static void option_usage(FILE *out, const struct ctl_option *o, bool required)
{
    fprintf(out, required ? " --%s%s%s" : " [--%s%s%s]", o->name, o->value ? " " : "",
            o->value ? o->value : "");
}

void command_usage(FILE *out, const struct command *c)
{
    fprintf(out, "usage: referralctl %s", c->words);
    if (c->synopsis[0])
        fprintf(out, " %s", c->synopsis);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (c->options >> i & 1)
            option_usage(out, &ctl_options[i], c->required >> i & 1);
    fprintf(out, "\n");
}

static void option_help(FILE *out, const struct ctl_option *o)
{
    char left[64];
    int n =
        o->letter ? snprintf(left, sizeof(left), "-%c, ", o->letter) : snprintf(left, sizeof(left), "    ");
    snprintf(left + n, sizeof(left) - (size_t)n, "--%s%s%s", o->name, o->value ? " " : "",
             o->value ? o->value : "");
    fprintf(out, "  %-26s %s\n", left, o->help);
}

void command_help(FILE *out, const struct command *c)
{
    fprintf(out, "%s: %s\n\n", c->words, c->brief);
    command_usage(out, c);
    fprintf(out, "\n");
    for (int i = 0; i < OPTION_COUNT; i++)
        if ((c->options | everywhere) >> i & 1)
            option_help(out, &ctl_options[i]);
    fprintf(out, "\nexample:\n  %s\n", c->example);
}

static void help_all(FILE *out)
{
    fprintf(out, "usage: referralctl [-c DIR] COMMAND [ARGUMENT...]\n\n");
    for (const struct command *c = ctl_commands; c->words; c++)
        fprintf(out, "  %-14s %s\n", c->words, c->brief);
    fprintf(out,
            "\nreferralctl help COMMAND, or COMMAND --help: its options and an example\n"
            "exit codes: 0 done; 1 answered, but not as wanted; 2 wrong command line or file; 3 no answer\n");
}

static void json_option(struct json_out *j, const struct ctl_option *o, bool required)
{
    json_open(j, '{');
    json_key(j, "name");
    json_text(j, str_from(o->name));
    json_key(j, "letter");
    json_text(j, (struct str){&o->letter, o->letter != 0});
    json_key(j, "value");
    if (o->value)
        json_text(j, str_from(o->value));
    else
        json_raw(j, "null");
    json_key(j, "required");
    json_raw(j, required ? "true" : "false");
    json_close(j, '}');
}

static void help_json(FILE *out)
{
    struct json_out j = {.out = out};
    json_open(&j, '{');
    json_key(&j, "commands");
    json_open(&j, '[');
    for (const struct command *c = ctl_commands; c->words; c++) {
        json_open(&j, '{');
        json_key(&j, "command");
        json_text(&j, str_from(c->words));
        json_key(&j, "arguments");
        json_text(&j, str_from(c->synopsis));
        json_key(&j, "brief");
        json_text(&j, str_from(c->brief));
        json_key(&j, "options");
        json_open(&j, '[');
        for (int i = 0; i < OPTION_COUNT; i++)
            if ((c->options | everywhere) >> i & 1)
                json_option(&j, &ctl_options[i], c->required >> i & 1);
        json_close(&j, ']');
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    fprintf(out, "\n");
}

int run_help(const struct call *c)
{
    char words[128] = "";
    if (call_has(c, OPT_JSON)) {
        help_json(stdout);
        return CTL_OK;
    }
    if (c->n_args == 0) {
        help_all(stdout);
        return CTL_OK;
    }
    snprintf(words, sizeof(words), "%s%s%s", c->args[0], c->n_args > 1 ? " " : "",
             c->n_args > 1 ? c->args[1] : "");
    size_t length = strlen(words);
    bool found = false;
    for (const struct command *k = ctl_commands; k->words; k++) {
        if (strncmp(k->words, words, length) != 0 || (k->words[length] != '\0' && k->words[length] != ' '))
            continue;
        if (found)
            printf("\n");
        command_help(stdout, k);
        found = true;
    }
    if (!found)
        fprintf(stderr, "referralctl: no command `%s`; referralctl help lists them\n", words);
    return found ? CTL_OK : CTL_USAGE;
}

int run_version(const struct call *c)
{
    (void)c;
    printf("referralctl %s\n", VERSION);
    return CTL_OK;
}

/* Commands only read the time: the variable alone is enough, and is told. */
static bool tell_clock(void)
{
    char why[512] = "";
    bool ok = !clock_named() || clock_choose(true, why, sizeof(why));
    if (!ok)
        fprintf(stderr, "referralctl: %s\n", why);
    else if (clock_followed())
        fprintf(stderr, "referralctl: the time is that of %s (" CLOCK_VARIABLE "), not of this machine\n", clock_followed());
    return ok;
}

int ctl_main(int argc, char **argv)
{
    struct call c;
    if (!call_parse(argc, argv, stderr, &c))
        return CTL_USAGE;
    if (sodium_init() < 0) {
        fprintf(stderr, "referralctl: libsodium does not start\n");
        return CTL_NO;
    }
    if (call_has(&c, OPT_HELP)) {
        command_help(stdout, c.command);
        return CTL_OK;
    }
    if (!tell_clock())
        return CTL_USAGE;
    int code = c.command->run(&c);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "referralctl: could not write the output\n");
        return code ? code : CTL_NO;
    }
    return code;
}
