/*
 * pg_fixture.h - a database of one's own for a test program, on the private server
 *
 * REFERRAL_TEST_CONNINFO points to a superuser's connection (keyword=value form) of a server that tests/run.sh
 * has started. Without it a server is started by deploy/run/postgres.sh, run from the root of the source tree, and
 * stopped at the end.
 */
#ifndef TESTS_STORE_PG_FIXTURE_H
#define TESTS_STORE_PG_FIXTURE_H

#include "base/digest.h"
#include "store/batch.h"
#include "store/migrate.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* 2026-03-02 09:00 in Asia/Shanghai */
#define NOON_MS INT64_C(1772413200000)

static struct {
    char server[512], name[64], conninfo[640];
    char own_dir[64]; /* a server of our own, or empty */
} pg;

/* Runs a command; its first line of output into `out`. */
static inline void pg_shell(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static inline void pg_shell(char *out, size_t size, const char *fmt, ...)
{
    char command[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(command, sizeof command, fmt, ap);
    va_end(ap);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    size_t n = fread(out, 1, size - 1, p);
    out[n] = 0;
    out[strcspn(out, "\n")] = 0;
    assert_int_equal(pclose(p), 0);
}

/* A server for this program alone, whose configuration it may change. */
static inline void pg_own_server(void)
{
    char nothing[16];
    strcpy(pg.own_dir, "/tmp/referrald-test.XXXXXX");
    assert_non_null(mkdtemp(pg.own_dir));
    pg_shell(nothing, sizeof nothing, "chmod 755 %s", pg.own_dir);
    pg_shell(nothing, sizeof nothing, "bash deploy/run/postgres.sh start %s", pg.own_dir);
    pg_shell(pg.server, sizeof pg.server, "bash deploy/run/postgres.sh conninfo %s", pg.own_dir);
}

static inline void pg_quiet(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

/* Runs SQL as superuser in our database, or, before there is one, in that of `server`. Returns the first value. */
static inline char *pg_sql(const char *conninfo, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static inline char *pg_sql(const char *conninfo, const char *fmt, ...)
{
    static _Thread_local char value[1024];
    char sql[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(sql, sizeof sql, fmt, ap);
    va_end(ap);
    PGconn *c = PQconnectdb(conninfo);
    if (PQstatus(c) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(c));
    PQsetNoticeProcessor(c, pg_quiet, NULL);
    PGresult *res = PQexec(c, sql);
    ExecStatusType s = PQresultStatus(res);
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(c));
    snprintf(value, sizeof value, "%s", PQntuples(res) ? PQgetvalue(res, 0, 0) : "");
    PQclear(res);
    PQfinish(c);
    return value;
}

static inline long pg_count(const char *what)
{
    return atol(pg_sql(pg.conninfo, "SELECT count(*) FROM %s", what));
}

static inline struct db *pg_open(const char *name)
{
    struct db *db = NULL;
    char why[256] = "";
    if (db_open(pg.conninfo, name, &db, why, sizeof why) != DB_OK)
        fail_msg("db_open: %s", why);
    return db;
}

static inline void pg_migrate(void)
{
    char why[256];
    struct db *db = pg_open("migrate");
    int made;
    if (schema_migrate(db, NULL, NULL, why, sizeof why) != DB_OK)
        fail_msg("%s", why);
    assert_int_equal(schema_partitions(db, NOON_MS, 3, &made), DB_OK);
    db_close(db);
}

/* An empty database; group set-up. */
static inline int pg_create(void **state)
{
    (void)state;
    const char *given = getenv("REFERRAL_TEST_CONNINFO");
    if (!pg.server[0] && given)
        snprintf(pg.server, sizeof pg.server, "%s", given);
    else if (!pg.server[0])
        pg_own_server();
    snprintf(pg.name, sizeof pg.name, "test_%d", (int)getpid());
    pg_sql(pg.server, "CREATE DATABASE %s", pg.name);
    snprintf(pg.conninfo, sizeof pg.conninfo, "%s dbname=%s", pg.server, pg.name);
    return 0;
}

/* The same with our schema in it. */
static inline int pg_create_schema(void **state)
{
    pg_create(state);
    pg_migrate();
    return 0;
}

static inline int pg_drop(void **state)
{
    (void)state;
    char nothing[16];
    pg_sql(pg.server, "DROP DATABASE IF EXISTS %s WITH (FORCE)", pg.name);
    if (pg.own_dir[0]) {
        pg_shell(nothing, sizeof nothing, "bash deploy/run/postgres.sh stop %s immediate", pg.own_dir);
        pg_shell(nothing, sizeof nothing, "d=%s; rm -rf $(readlink -f $d/data) $(readlink -f $d/socket) $d", pg.own_dir);
    }
    return 0;
}

/* Empties every table; set-up of a test. */
static inline int pg_empty(void **state)
{
    (void)state;
    pg_sql(pg.conninfo, "TRUNCATE referral.chain, referral.submission, referral.referral, referral.docket, referral.decision, "
                        "referral.assignment, referral.load, referral.journal, referral.note, referral.supplement, "
                        "referral.quarantine, referral.session, referral.party_mark, referral.ruleset, referral.ruleset_file, referral.publication, "
                        "referral.proposal, referral.sighting, referral.episode, referral.episode_referral");
    return 0;
}

/* -- rows of one referral -- */

struct sample {
    int city;
    struct str agency, agency_ref, organisation;
    struct id referral, assignment, session;
    int64_t at_ms;
    struct str sealed, record, receipt;
};

static inline struct docket_write sample_docket(const struct sample *s)
{
    return (struct docket_write){
        .referral = s->referral,     .agency = s->agency,    .agency_ref = s->agency_ref, .place = STR("320505"),
        .state = 1,                  .channel = 1,           .mode = 1,                   .risk = 0,
        .due_kind = 1,               .due_ms = s->at_ms + 1, .assignment = s->assignment, .organisation = s->organisation,
        .decisions = 1,              .changed_ms = s->at_ms, .wake_ms = s->at_ms + 1,     .wake = 3,
        .calendar = 7,               .clocks = STR("clocks"),
    };
}

/* A referral as it comes in and is assigned: two journal entries, the chain moved on by `head`. */
static inline void sample_add(struct batch *b, const struct sample *s, struct chain_head *head)
{
    struct docket_write docket = sample_docket(s);
    assert_true(batch_add_submission(b, &(struct submission_row){.city = s->city, .agency = s->agency,
        .agency_ref = s->agency_ref, .content = digest_of(s->agency_ref.p, s->agency_ref.n), .referral = s->referral,
        .receipt = s->receipt}));
    assert_true(batch_add_referral(b, &(struct referral_row){.id = s->referral, .agency = s->agency,
        .agency_ref = s->agency_ref, .place = STR("320505"), .category = STR("labour"), .currency = STR("CNY"),
        .sealed = s->sealed, .channel = 1, .mode = 1, .parties = 2, .has_claim = true, .claim_minor = 1234567}));
    assert_true(batch_add_docket(b, &docket));
    assert_true(batch_add_decision(b, &(struct decision_row){.referral = s->referral, .n = 1, .at_ms = s->at_ms,
        .rule = STR("court-labour"), .record = s->record, .outcome = 1}));
    assert_true(batch_add_assignment(b, &(struct assignment_write){.id = s->assignment, .referral = s->referral,
        .agency = s->agency, .organisation = s->organisation, .org_city = s->city, .respond_by_ms = s->at_ms + 1,
        .offered_ms = s->at_ms, .finish_count = 30, .finish_unit = 2, .session = s->session}));
    for (int i = 0; i < 2; i++) {
        char body[256];
        int n = snprintf(body, sizeof body, "step %d of " STR_FMT, i, STR_ARG(s->agency_ref));
        head->seq++;
        head->hash = digest_chain(head->hash, body, (size_t)n);
        assert_true(batch_add_journal(b, &(struct journal_row){.city = s->city, .agency = s->agency, .seq = head->seq,
            .at_ms = s->at_ms, .referral = s->referral, .kind = i + 1, .body = {body, (size_t)n}, .hash = head->hash,
            .note_sealed = i ? s->sealed : (struct str){0}}));
    }
}

/* Text that lives as long as the arena. */
#define TEXT(a, ...) arena_printf((a), __VA_ARGS__)

#endif
