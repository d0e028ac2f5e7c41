/*
 * control_verbs.c - what referralctl may ask: one table, and requests taken apart by it
 */
#include "role/control/control_parts.h"

#include "base/diag.h"
#include "base/fold.h"

#include <stdio.h>
#include <stdlib.h>

enum { REASON_MAX = 500 };

const struct verb control_verbs[] = {
    {.words = "status",
     .synopsis = "",
     .help = "health, rule set in force, counts by state, queue, sessions",
     .clerk = CLERK_QUICK,
     .run = verb_status},
    {.words = "show",
     .synopsis = "ID|AGENCY_REF",
     .help = "one referral: state, deadlines, assignments, every step of its journal",
     .min = 1,
     .max = 1,
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_show},
    {.words = "explain",
     .synopsis = "ID",
     .help = "why each decision about a referral came out as it did, made again and compared",
     .min = 1,
     .max = 1,
     .options = {{"decision", "N"}, {"rules", NULL}, {"why-not", "ORGANISATION"}},
     .clerk = CLERK_SLOW,
     .needs_store = true,
     .run = verb_explain},
    {.words = "dossier sample",
     .synopsis = "",
     .help = "draw cases for review, stratified, the same again for the same seed",
     .options = {{"period", "PERIOD"}, {"size", "N"}, {"seed", "TEXT"}, {"by", "WHAT"}},
     .clerk = CLERK_SLOW,
     .needs_store = true,
     .run = verb_dossier_sample},
    {.words = "dossier samples",
     .synopsis = "",
     .help = "samples that were drawn, newest first",
     .options = {{"limit", "N"}},
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_dossier_samples},
    {.words = "dossier mark",
     .synopsis = "SAMPLE ID",
     .help = "record a reviewer's mark of a case in a sample",
     .min = 2,
     .max = 2,
     .options = {{"score", "N"}, {"findings", "LIST"}, {"note", "TEXT"}},
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_dossier_mark},
    {.words = "dossier marks",
     .synopsis = "SAMPLE",
     .help = "the cases of a sample with their marks, and averages by stratum and organisation",
     .min = 1,
     .max = 1,
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_dossier_marks},
    {.words = "dossier",
     .synopsis = "ID|AGENCY_REF",
     .help = "one referral for review: facts, decisions, deadlines kept or missed, every step and its proof",
     .min = 1,
     .max = 1,
     .options = {{"open", NULL}, {"why", "TEXT"}},
     .clerk = CLERK_SLOW,
     .needs_store = true,
     .run = verb_dossier},
    {.words = "queue list",
     .synopsis = "",
     .help = "the manual queue, oldest first",
     .options = {{"region", "CODE"}, {"limit", "N"}},
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_queue_list},
    {.words = "queue assign",
     .synopsis = "ID ORGANISATION",
     .help = "offer a waiting referral to an organisation",
     .min = 2,
     .max = 2,
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_queue_assign,
     .finish = act_finish},
    {.words = "queue return",
     .synopsis = "ID",
     .help = "send a waiting referral back to its agency, with a reason",
     .min = 1,
     .max = 1,
     .options = {{"reason", "TEXT"}},
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_queue_return,
     .finish = act_finish},
    {.words = "alert list",
     .synopsis = "",
     .help = "early warnings that nobody has closed yet, newest first; --all: the closed ones too",
     .options = {{"region", "CODE"}, {"all", NULL}, {"limit", "N"}},
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_alert_list},
    {.words = "alert show",
     .synopsis = "ID",
     .help = "one early warning, and the referrals behind it",
     .min = 1,
     .max = 1,
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_alert_show},
    {.words = "alert close",
     .synopsis = "ID",
     .help = "note that an early warning was dealt with, and what it was",
     .min = 1,
     .max = 1,
     .options = {{"as", "handled|known|false-alarm"}},
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_alert_close},
    {.words = "erase",
     .synopsis = "ID",
     .help = "erase the personal data of a closed referral for good",
     .min = 1,
     .max = 1,
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_erase,
     .finish = act_finish},
    {.words = "peer list",
     .synopsis = "",
     .help = "agencies and receivers in force, and whether they are enrolled",
     .clerk = CLERK_QUICK,
     .run = verb_peers},
    {.words = "verify",
     .synopsis = "[AGENCY]",
     .help = "recompute the journals' hash chains, all of them or one agency's",
     .max = 1,
     .clerk = CLERK_SLOW,
     .needs_store = true,
     .run = verb_verify},
    {.words = "reload",
     .synopsis = "",
     .help = "read, check, test and publish the configuration directory",
     .options = {{"reason", "TEXT"}},
     .clerk = CLERK_SLOW,
     .run = verb_reload},
    {.words = "rules log",
     .synopsis = "",
     .help = "rule sets that were published, newest first: who, when, why, and how much they decided",
     .options = {{"limit", "N"}},
     .clerk = CLERK_SLOW,
     .needs_store = true,
     .run = verb_rules_log},
    {.words = "rules show",
     .synopsis = "HASH [FILE]",
     .help = "the files of a kept rule set, or one of them",
     .min = 1,
     .max = 2,
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_rules_show},
    {.words = "rules rollback",
     .synopsis = "HASH",
     .help = "put a rule set that was in force before into force again",
     .min = 1,
     .max = 1,
     .options = {{"reason", "TEXT"}},
     .clerk = CLERK_SLOW,
     .needs_store = true,
     .run = verb_rules_rollback},
    {.words = "rules propose",
     .synopsis = "",
     .help = "read, check and test the configuration directory, and keep its rule set for a second person",
     .options = {{"reason", "TEXT"}},
     .clerk = CLERK_SLOW,
     .needs_store = true,
     .run = verb_rules_propose},
    {.words = "rules proposals",
     .synopsis = "",
     .help = "proposed rule sets, newest first",
     .options = {{"limit", "N"}},
     .clerk = CLERK_QUICK,
     .needs_store = true,
     .run = verb_rules_proposals},
    {.words = "rules approve",
     .synopsis = "HASH",
     .help = "publish exactly what somebody else has proposed",
     .min = 1,
     .max = 1,
     .options = {{"reason", "TEXT"}},
     .clerk = CLERK_SLOW,
     .needs_store = true,
     .run = verb_rules_approve},
    {.words = "rules affected",
     .synopsis = "HASH",
     .help = "open referrals that a version decided, and where the rules in force would send them; --apply does it",
     .min = 1,
     .max = 1,
     .options = {{"after", "ID"}, {"limit", "N"}, {"apply", NULL}, {"reason", "TEXT"}, {"changes", "LIST"}},
     .clerk = CLERK_SLOW,
     .needs_store = true,
     .run = verb_rules_affected,
     .finish = affected_finish},
    {.words = "help", .synopsis = "", .help = "this list", .clerk = CLERK_QUICK, .run = verb_help},
    {.words = NULL},
};

struct job *job_new(void)
{
    struct arena *a = arena_new(JOB_BUDGET);
    struct job *j = a ? ARENA_NEW(a, struct job) : NULL;
    if (!j) {
        arena_free(a);
        return NULL;
    }
    j->arena = a;
    j->uid = -1;
    j->sheets.arena = a;
    return j;
}

void job_drop_works(struct job *j)
{
    for (int i = j->n_posted; i < j->n_works; i++)
        work_free(j->works[i]);
    j->n_works = j->n_posted;
    if (j->n_works == 0)
        j->works = NULL;
}

void job_free(struct job *j)
{
    if (!j)
        return;
    job_drop_works(j);
    arena_free(j->arena);
}

void job_fail(struct job *j, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    j->sheets.error = arena_vprintf(j->arena, fmt, ap);
    va_end(ap);
    if (!j->sheets.error.p) /* the arena is full */
        j->sheets.error = STR("the answer is too large; narrow the question");
}

struct str job_option(const struct job *j, const char *name)
{
    for (int i = 0; i < VERB_OPTIONS && j->verb->options[i].name; i++)
        if (strcmp(j->verb->options[i].name, name) == 0)
            return j->options[i];
    return (struct str){NULL, 0};
}

bool job_number(struct job *j, const char *option, int most, int otherwise, int *out)
{
    struct str text = job_option(j, option);
    int64_t n = 0;
    *out = otherwise;
    if (!text.p)
        return true;
    for (size_t i = 0; i < text.n && n <= most; i++)
        n = text.p[i] >= '0' && text.p[i] <= '9' ? n * 10 + (text.p[i] - '0') : (int64_t)most + 1;
    *out = (int)n;
    if (n >= 1 && n <= most)
        return true;
    job_fail(j, "--%s takes a number from 1 to %d", option, most);
    return false;
}

bool job_reason(struct job *j, bool required, struct str *out)
{
    *out = job_option(j, "reason");
    if (!out->p)
        *out = STR("");
    if (out->n == 0 && required)
        job_fail(j, "--reason TEXT is required: it stands beside the act for ever");
    else if (out->n > REASON_MAX || text_check(*out, false) != TEXT_OK)
        job_fail(j, "--reason must be one line of UTF-8 text, at most %d bytes", REASON_MAX);
    else
        return true;
    return false;
}

struct str cell_time(struct arena *a, int64_t ms)
{
    return ms ? cell_int(a, ms) : STR("");
}

struct str cell_word(const struct word *table, int value)
{
    return value ? str_from(word_of(table, value)) : STR("");
}

bool job_referral(struct job *j, struct id *out)
{
    if (id_parse(j->args[0], out))
        return true;
    job_fail(j,
             "`" STR_FMT "` is not a referral id; `show` also takes the agency's own number and tells the id",
             STR_ARG(j->args[0]));
    return false;
}

/* How many of the request's words are `verb`; 0: it is another one. */
static int match(const struct verb *verb, const struct control_request *r)
{
    struct str rest = str_from(verb->words);
    int n = 0;
    while (rest.n > 0) {
        const char *space = memchr(rest.p, ' ', rest.n);
        struct str word = {rest.p, space ? (size_t)(space - rest.p) : rest.n};
        if (n >= r->n || !str_eq(r->words[n], word))
            return 0;
        n++;
        size_t skip = space ? word.n + 1 : word.n;
        rest = (struct str){rest.p + skip, rest.n - skip};
    }
    return n;
}

static bool take_option(struct job *j, int *at)
{
    struct str word = j->request.words[*at];
    struct str name = {word.p + 2, word.n - 2};
    for (int i = 0; i < VERB_OPTIONS && j->verb->options[i].name; i++) {
        const struct verb_option *o = &j->verb->options[i];
        if (!str_eqz(name, o->name))
            continue;
        if (o->value && *at + 1 >= j->request.n) {
            job_fail(j, "--%s needs %s", o->name, o->value);
            return false;
        }
        j->options[i] = o->value ? j->request.words[++*at] : STR("");
        return true;
    }
    job_fail(j, "`%s` has no option " STR_FMT, j->verb->words, STR_ARG(word));
    return false;
}

bool job_parse(struct job *j)
{
    int at = 0;
    for (j->verb = control_verbs; j->verb->words; j->verb++)
        if ((at = match(j->verb, &j->request)) > 0)
            break;
    if (at == 0) {
        j->verb = NULL;
        job_fail(j, "this daemon (%s) does not know that request; `help` lists what it knows", VERSION);
        return false;
    }
    for (; at < j->request.n; at++) {
        struct str word = j->request.words[at];
        if (word.n > 2 && memcmp(word.p, "--", 2) == 0) {
            if (!take_option(j, &at))
                return false;
        } else if (j->n_args == j->verb->max) {
            job_fail(j, "too many arguments; usage: %s %s", j->verb->words, j->verb->synopsis);
            return false;
        } else {
            j->args[j->n_args++] = word;
        }
    }
    if (j->n_args >= j->verb->min)
        return true;
    job_fail(j, "too few arguments; usage: %s %s", j->verb->words, j->verb->synopsis);
    return false;
}

void verb_help(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {
        {"request", "request", CELL_TEXT}, {"help", "what it does", CELL_TEXT}, {NULL, NULL, 0}};
    (void)c;
    struct sheet *sheet = sheet_add(&j->sheets, "requests", "What this daemon answers", columns, false);
    for (const struct verb *v = control_verbs; v->words; v++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        struct str usage = arena_printf(j->arena, "%s %s", v->words, v->synopsis);
        for (int i = 0; i < VERB_OPTIONS && v->options[i].name; i++)
            usage =
                arena_printf(j->arena, STR_FMT " [--%s%s%s]", STR_ARG(usage), v->options[i].name,
                             v->options[i].value ? " " : "", v->options[i].value ? v->options[i].value : "");
        row[0] = usage;
        row[1] = str_from(v->help);
    }
}
