/*
 * command.h - referralctl's command line as data: one table of commands, one of options
 *
 * help, usage errors, `help --json` and the manual's completeness test all read these tables.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Exit codes, the same for every command. */
enum ctl_exit {
    CTL_OK = 0,
    CTL_NO = 1,        /* asked and answered, but not as wanted: refused, faulty, damaged */
    CTL_USAGE = 2,     /* the command line, or a file it names, is wrong */
    CTL_NO_ANSWER = 3, /* nobody answered */
};

enum option_id {
    OPT_CONFIG,
    OPT_SOCKET,
    OPT_HELP,
    OPT_JSON, /* everywhere, but for JSON */
    OPT_OUT,
    OPT_ENDPOINT,
    OPT_ROUTER_KEY,
    OPT_KEY,
    OPT_TIMEOUT,
    OPT_REF_PREFIX,
    OPT_BATCH,
    OPT_FROM,
    OPT_COUNT,
    OPT_NO_ACK,
    OPT_ORGANISATION,
    OPT_ACCEPT,
    OPT_DECLINE,
    OPT_CONCLUDE,
    OPT_CREDIT,
    OPT_REGION,
    OPT_LIMIT,
    OPT_REASON,
    OPT_DECISION,
    OPT_RULES,
    OPT_FORMAT,
    OPT_KIND,
    OPT_JSONL,
    OPT_LABELS,
    OPT_NAME,
    OPT_COVERAGE,
    OPT_MUTATE,
    OPT_SEED,
    OPT_APPLY,
    OPT_RULE,
    OPT_FILE,
    OPT_SINCE,
    OPT_UNTIL,
    OPT_HTML,
    OPT_THREADS,
    OPT_STRICT,
    OPT_WHY_NOT,
    OPT_AT,
    OPT_PERIOD,
    OPT_BY,
    OPT_VERIFY,
    OPT_FIGURE,
    OPT_OPEN,
    OPT_WHY,
    OPT_SIZE,
    OPT_SCORE,
    OPT_FINDINGS,
    OPT_NOTE,
    OPT_ALL,
    OPT_AS,
    OPTION_COUNT
};
#define OPT(name) (UINT64_C(1) << OPT_##name)

struct ctl_option {
    const char *name;  /* without the dashes */
    char letter;       /* 0: none */
    const char *value; /* what it takes; NULL: a flag */
    const char *help;
};
extern const struct ctl_option ctl_options[OPTION_COUNT];

struct call;

struct command {
    const char *words;    /* "peer keygen" */
    const char *synopsis; /* its arguments: "NAME" */
    const char *brief;    /* one line */
    const char *example;
    int min, max;      /* how many arguments */
    uint64_t options;  /* OPT() bits that it takes, besides those that all take */
    uint64_t required; /* of these */
    int wait_s;        /* how long to wait for the daemon; 0: does not ask it */
    int (*run)(const struct call *c);
};
extern const struct command ctl_commands[]; /* ends with NULL words */

#define CALL_ARGS_MAX  8
#define CALL_GIVEN_MAX 256

struct given {
    enum option_id id;
    const char *value; /* NULL for a flag */
};

/* A command line taken apart. */
struct call {
    const struct command *command;
    const char *args[CALL_ARGS_MAX];
    int n_args;
    struct given given[CALL_GIVEN_MAX];
    int n_given;
};

/* False when it is wrong; what and what to do is told on `err`. */
bool call_parse(int argc, char *const *argv, FILE *err, struct call *out);
bool call_has(const struct call *c, enum option_id id);
/* The last value given, or `otherwise`. */
const char *call_value(const struct call *c, enum option_id id, const char *otherwise);
/* What --format or --json ask for, one of `formats` (ends with NULL); NULL, and told, when there is no such format. */
const char *call_format(const struct call *c, const char *const *formats, const char *otherwise);
/* A number from `low` to `high`; false, and told, when it is none. `otherwise` when not given. */
bool call_number(const struct call *c, enum option_id id, int64_t low, int64_t high, int64_t otherwise,
                 int64_t *out);

/* "referralctl peer keygen NAME --out DIR" */
void command_usage(FILE *out, const struct command *c);
void command_help(FILE *out, const struct command *c);

/* -- one file a noun -- */
int run_help(const struct call *c);
int run_version(const struct call *c);
int run_check(const struct call *c);
int run_remote(const struct call *c); /* whatever the daemon alone answers */
int run_explain(const struct call *c);
int run_rules_show(const struct call *c);
int run_rules_affected(const struct call *c);
int run_rules_rollback(const struct call *c);
int run_peer_list(const struct call *c);
int run_peer_keygen(const struct call *c);
int run_keys_personal(const struct call *c);
int run_submit(const struct call *c);
int run_follow(const struct call *c);
int run_hub(const struct call *c);
int run_ping(const struct call *c);
int run_rules_check(const struct call *c);
int run_rules_backtest(const struct call *c);
int run_rules_schema(const struct call *c);
int run_rules_test(const struct call *c);
int run_rules_graph(const struct call *c);
int run_rules_lint(const struct call *c);
int run_rules_diff(const struct call *c);
int run_rules_classify(const struct call *c);
int run_rules_score(const struct call *c);
int run_report(const struct call *c);
int run_report_definitions(const struct call *c);
int run_lifecycle(const struct call *c);
int run_dossier(const struct call *c);

/* referralctl's main(). */
int ctl_main(int argc, char **argv);

#endif
