/*
 * control_parts.h - inside the control role: jobs, the table of verbs, the clerks who carry them out
 *
 * The front thread owns the sockets and never waits for PostgreSQL: it makes a job of each request and
 * gives it to a clerk, a thread with a connection of its own. There are two, so that a long verification or
 * a reload does not keep `status` waiting. An act on the manual queue comes back from its clerk with a
 * work for the keeper, and is answered when that work is done.
 */
#ifndef ROLE_CONTROL_PARTS_H
#define ROLE_CONTROL_PARTS_H

#include "role/control/explain.h"
#include "role/office/office.h"
#include "role/office/work.h"
#include "store/db.h"
#include "wire/control.h"

#define INBOX_CONTROL_JOBS "inbox.control.jobs" /* jobs come back from the clerks */

enum { VERB_ARGS = 3, VERB_OPTIONS = 5, JOB_BUDGET = 64 * 1024 * 1024 };
enum clerk_kind { CLERK_QUICK, CLERK_SLOW, CLERK_COUNT };

struct diag;
struct roster;
struct job;
struct clerk;

struct verb_option {
    const char *name;  /* without the dashes */
    const char *value; /* what it takes; NULL: a flag */
};

struct verb {
    const char *words;    /* "queue list" */
    const char *synopsis; /* arguments, for help */
    const char *help;
    int min, max; /* how many arguments */
    struct verb_option options[VERB_OPTIONS];
    enum clerk_kind clerk;
    bool needs_store;
    void (*run)(struct clerk *c, struct job *j);
    void (*finish)(struct job *j, const struct work *w); /* verbs that make works: called for each that is done */
};
extern const struct verb control_verbs[]; /* ends with NULL words */

struct job {
    struct arena *arena;
    struct str routing_id; /* empty: nobody waits for the answer */
    struct control_request request; /* operator_name: as operator_settle() left it */
    int64_t uid;                    /* of the asking process, by the kernel; -1: not known, or nobody asks */
    bool vouched;                   /* the operator's name is more than the client's word */
    const struct verb *verb;
    struct str args[VERB_ARGS];
    int n_args;
    struct str options[VERB_OPTIONS]; /* as in verb->options; .p NULL: not given */
    struct sheets sheets;             /* the answer */
    struct work **works;              /* for the keepers; each ours until it is posted, and again when it is done */
    int n_works;
    int n_posted, n_back;
    void *plan;                       /* the verb's own, from run to finish */
};

struct job *job_new(void); /* NULL when memory is out */
void job_free(struct job *j);
/* Frees the works that are ours: those that were not posted. */
void job_drop_works(struct job *j);
/* Finds the verb and takes the words apart; false with the reason as the answer. */
bool job_parse(struct job *j);
/* The answer says what is wrong; sheets added so far stay. */
void job_fail(struct job *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An option by name; .p NULL when not given. */
struct str job_option(const struct job *j, const char *name);
/* For a column of times: empty for 0. */
struct str cell_time(struct arena *a, int64_t ms);
struct str cell_word(const struct word *table, int value);
/* Referral id in args[0], or a failed job. */
bool job_referral(struct job *j, struct id *out);
/* An option that is a number from 1 to `most`, or `otherwise`; or a failed job. */
bool job_number(struct job *j, const char *option, int most, int otherwise, int *out);
/* --reason: one line, at most 500 bytes; empty when not given and not required. Or a failed job. */
bool job_reason(struct job *j, bool required, struct str *out);

/* What a clerk knows of the daemon beyond the office; kept by the front thread. */
struct bulletin {
    atomic_llong started_ms;
    atomic_llong in_force_ms;  /* when the current rule set began to serve here */
    atomic_llong turn_mono_ms; /* the front thread's last turn */
};

struct clerk {
    struct office *office;
    const struct bulletin *bulletin;
    struct db *db; /* NULL: not connected */
    struct explain_cache *explained;
    bool lost; /* the connection broke during this job */
};

struct clerk_desk; /* a clerk with its thread */
struct clerk_desk *clerk_open(struct office *o, const struct bulletin *b, const char *inbox, char *why,
                              size_t why_size);
bool clerk_start(struct clerk_desk *d);
void clerk_close(struct clerk_desk *d); /* joins; NULL is accepted */

/* False when `r` is not DB_OK; the job then says why. */
bool clerk_ok(struct clerk *c, struct job *j, enum db_result r);

/* -- the verbs, one file a noun -- */
void verb_help(struct clerk *c, struct job *j);
void verb_status(struct clerk *c, struct job *j);
void verb_peers(struct clerk *c, struct job *j);
void verb_reload(struct clerk *c, struct job *j);
void verb_show(struct clerk *c, struct job *j);
void verb_explain(struct clerk *c, struct job *j);
void verb_dossier(struct clerk *c, struct job *j);
void verb_dossier_sample(struct clerk *c, struct job *j);
void verb_dossier_samples(struct clerk *c, struct job *j);
void verb_dossier_mark(struct clerk *c, struct job *j);
void verb_dossier_marks(struct clerk *c, struct job *j);
void verb_verify(struct clerk *c, struct job *j);
void verb_queue_list(struct clerk *c, struct job *j);
void verb_queue_assign(struct clerk *c, struct job *j);
void verb_queue_return(struct clerk *c, struct job *j);
void verb_alert_list(struct clerk *c, struct job *j);
void verb_alert_show(struct clerk *c, struct job *j);
void verb_alert_close(struct clerk *c, struct job *j);
void verb_erase(struct clerk *c, struct job *j);
void verb_rules_log(struct clerk *c, struct job *j);
void verb_rules_show(struct clerk *c, struct job *j);
void verb_rules_rollback(struct clerk *c, struct job *j);
void verb_rules_propose(struct clerk *c, struct job *j);
void verb_rules_proposals(struct clerk *c, struct job *j);
void verb_rules_approve(struct clerk *c, struct job *j);
void verb_rules_affected(struct clerk *c, struct job *j);
void affected_finish(struct job *j, const struct work *w);

/* -- what the pages of a preview would change in the load, one number an organisation -- */

/* From --changes, as the page before told it, into `change`; or a failed job. Organisations no longer on the roster are left out. */
bool carried_read(struct job *j, const struct roster *roster, int *change);
/* For the next page; empty when nothing changes, or when memory is out. */
struct str carried_text(struct arena *a, const struct roster *roster, const int *change);

/* How making a decision again came out. */
struct str text_explained(struct arena *a, const struct explanation *x, bool erased);

/* The prefix of the codes within --region, empty without it. False, and the job has failed, when there is no such division. */
bool clerk_region(struct clerk *c, struct job *j, struct str *prefix);

/* The bytes of a referral on record; empty when they were erased or cannot be opened. */
struct case_row;
struct str referral_opened(const struct clerk *c, struct arena *a, struct id id, const struct case_row *r);

/* -- versions -- */

/* The kept rule set that `text`, its hash or the beginning of it, names; or a failed job. */
bool job_version(struct clerk *c, struct job *j, struct str text, struct digest *out);
/* The first twelve digits: what is shown, and enough to name it by. */
struct str cell_hash(struct arena *a, struct digest hash);
struct str cell_whole_hash(struct arena *a, struct digest hash);
/* The rule set in force here, and what was found on the way: after something was published. */
void sheet_in_force(struct clerk *c, struct job *j, const char *name, const char *note, const struct diag *diag);
/* All findings as the answer, and what became of it. */
void job_fail_findings(struct job *j, struct diag *diag, const char *what);

/* -- acts of operators -- */

/* Who asks, from the account at the other end of the socket. May ask the name service, so that a clerk does it. */
void operator_settle(struct job *j);

/* False with the reason as the answer when nobody is named as the actor. */
bool act_operator(struct job *j);
/* Room for so many works; false with the reason as the answer. */
bool act_room(struct job *j, int n);
/* One more work for the keeper, kept in the job; NULL with the reason as the answer. */
struct work *act_new(struct clerk *c, struct job *j, enum event event, struct id id);
/* What the keeper made of it, as the answer. */
void act_finish(struct job *j, const struct work *w);

/* -- health, from the beats -- */

/* True when every role that has started turned within `limit_ms`; else `which` names one (32 bytes). */
bool health_alive(const struct office *o, const struct bulletin *b, int64_t limit_ms, char which[32],
                  int64_t *silent_ms);
#define HEALTH_LIMIT_MS 30000

/* -- /metrics, /healthz, /readyz -- */
struct http;
/* NULL in *out when no port is set. False with a reason. */
bool http_open(struct office *o, const struct bulletin *b, struct http **out, char *why, size_t why_size);
void http_close(struct http *h); /* NULL is accepted */

#endif
