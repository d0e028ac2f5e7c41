/*
 * db.c - opening a connection that may be trusted with commits, and judging what the server says
 */
#include "store/conn.h"

#include <assert.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* -- what a SQLSTATE means for the caller (PostgreSQL 15 manual, appendix A); the longest prefix first -- */

static const struct {
    const char *prefix;
    enum db_result result;
} sqlstates[] = {
    {"40003", DB_LOST},  /* statement_completion_unknown */
    {"40", DB_AGAIN},    /* serialisation failure, deadlock */
    {"55P03", DB_AGAIN}, /* lock_timeout */
    {SQLSTATE_TAKEN, DB_AGAIN},
    {"57014", DB_AGAIN}, /* statement_timeout, or cancelled */
    {"57P", DB_LOST},    /* the server is going down, or was told to end us */
    {"08", DB_LOST},     /* connection */
    {"53", DB_LOST},     /* disk full, out of memory, too many connections: later, by a new connection */
    {"58", DB_LOST},     /* I/O error */
    {"25006", DB_LOST},  /* read only: it has become a standby */
    {"25P03", DB_LOST},  /* idle_in_transaction_session_timeout */
    {"26000", DB_LOST},  /* a prepared statement is gone: somebody reset the session */
    {"0A000", DB_LOST},  /* a cached plan no longer fits: the schema has moved on */
    {"22", DB_REFUSED},  /* a value that its type cannot have */
    {"54000", DB_REFUSED}, /* a value too large for its index */
    {"23", DB_REFUSED},  /* a constraint; but see beyond_the_row() */
    {"", DB_WRONG},
};

/*
 * What breaks without a constraint's name is a row that finds no partition. Journals and loads are numbers that we keep ourselves:
 * if they do not add up, the database is damaged, and whichever row met with it is not to blame.
 */
static bool beyond_the_row(const char *constraint)
{
    static const char *const kept[] = {"chain_", "journal_", "note_", "load_"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strncmp(constraint, kept[i], strlen(kept[i])) == 0)
            return true;
    return !*constraint;
}

enum db_result sqlstate_result(const char *sqlstate, const char *constraint)
{
    size_t i = 0;
    while (strncmp(sqlstate, sqlstates[i].prefix, strlen(sqlstates[i].prefix)) != 0)
        i++;
    if (strncmp(sqlstate, "23", 2) == 0 && strcmp(constraint, "party_mark_pkey") == 0)
        return DB_AGAIN; /* another referral of the same parties came first: seen the next time */
    if (strncmp(sqlstate, "23", 2) == 0 && beyond_the_row(constraint))
        return DB_WRONG;
    return sqlstates[i].result;
}

enum db_result db_fail(struct db *db, enum db_result r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(db->error, sizeof db->error, fmt, ap);
    va_end(ap);
    if (r == DB_LOST)
        db->lost = true;
    return r;
}

static const char *field(const PGresult *res, int code)
{
    const char *s = PQresultErrorField(res, code);
    return s ? s : "";
}

/*
 * The statement, SQLSTATE, primary message and the constraint's or column's name. Never DETAIL; and of class 22 (a
 * value that will not do) not the message either, which may quote the value.
 */
enum db_result db_fail_result(struct db *db, const char *what, const PGresult *res)
{
    const char *state = field(res, PG_DIAG_SQLSTATE);
    if (!*state)
        return db_fail(db, DB_LOST, "%s: connection lost", what);
    const char *message = strncmp(state, "22", 2) == 0 ? "a value was refused" : field(res, PG_DIAG_MESSAGE_PRIMARY);
    const char *constraint = field(res, PG_DIAG_CONSTRAINT_NAME);
    const char *name = *constraint ? constraint : field(res, PG_DIAG_COLUMN_NAME);
    return db_fail(db, sqlstate_result(state, constraint), "%s: %s %s%s%s", what, state, message, *name ? ": " : "", name);
}

const char *db_error(const struct db *db)
{
    return db->error;
}

/* -- notices -- */

/*
 * A WARNING from syncrep.c says that COMMIT has returned without its standby. The texts are translated, the source
 * file is not.
 */
static void on_notice(void *arg, const PGresult *res)
{
    struct db *db = arg;
    const char *severity = field(res, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (strcmp(severity, "WARNING") == 0 && (strstr(field(res, PG_DIAG_SOURCE_FILE), "syncrep") ||
                                             strstr(field(res, PG_DIAG_MESSAGE_PRIMARY), "synchronous replication")))
        db->in_doubt = true;
}

/* -- durability -- */

static const struct statement durable = {
    "durable",
    "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'), "
    "current_setting('synchronous_standby_names'), pg_is_in_recovery()::text, "
    "current_setting('transaction_read_only'), current_setting('server_encoding'), "
    "current_setting('server_version_num')",
};

enum { D_FSYNC, D_PAGES, D_COMMIT, D_STANDBYS, D_RECOVERY, D_READ_ONLY, D_ENCODING, D_VERSION };

static bool synchronous_enough(const char *commit, const char *standbys)
{
    if (strcmp(commit, "on") == 0 || strcmp(commit, "remote_apply") == 0)
        return true;
    /* Without standbys these two mean `on`; with them they would let a failover lose what was confirmed. */
    return !*standbys && (strcmp(commit, "local") == 0 || strcmp(commit, "remote_write") == 0);
}

int durable_ask(struct db *db)
{
    return pipe_add(db, &durable, NULL);
}

bool durable_judge(const PGresult *res, char *why, size_t why_size)
{
    const char *v[D_VERSION + 1];
    for (int i = 0; i <= D_VERSION; i++)
        v[i] = PQgetvalue(res, 0, i);
    if (strcmp(v[D_FSYNC], "on") != 0)
        snprintf(why, why_size, "fsync is %s: a commit could be lost in a crash; set fsync = on", v[D_FSYNC]);
    else if (strcmp(v[D_PAGES], "on") != 0)
        snprintf(why, why_size, "full_page_writes is %s: a crash could tear pages; set full_page_writes = on", v[D_PAGES]);
    else if (!synchronous_enough(v[D_COMMIT], v[D_STANDBYS]))
        snprintf(why, why_size, "synchronous_commit is %s: a commit could be lost; set synchronous_commit = on",
                 v[D_COMMIT]);
    else if (strcmp(v[D_RECOVERY], "false") != 0 || strcmp(v[D_READ_ONLY], "off") != 0)
        snprintf(why, why_size, "the server is a standby or read only; name the primary in the connection string");
    else if (strcmp(v[D_ENCODING], "UTF8") != 0)
        snprintf(why, why_size, "server_encoding is %s; make the database with ENCODING 'UTF8'", v[D_ENCODING]);
    else if (atoi(v[D_VERSION]) < 150000)
        snprintf(why, why_size, "server_version_num is %s; PostgreSQL 15 or newer is needed", v[D_VERSION]);
    else
        return true;
    return false;
}

enum db_result db_check_durable(struct db *db, char *why, size_t why_size)
{
    int answer = durable_ask(db);
    enum db_result r = pipe_run(db);
    if (r != DB_OK)
        snprintf(why, why_size, "%s", db->error);
    else if (!durable_judge(pipe_result(db, answer), why, why_size))
        r = db_fail(db, DB_WRONG, "%s", why);
    return r;
}

/* -- opening and closing -- */

/* What a connection is for: which server will do, how the session is set, whether its commits have to be durable. */
struct purpose {
    const char *server, *settings;
    bool durable;
};

/*
 * synchronous_commit is pinned at what it is, so that no later reload of the server's configuration weakens it under us.
 * Every statement works by key: the planner settings keep a plan made while a table was small from scanning
 * it when it has grown. client_min_messages lets the WARNING of on_notice() through.
 */
static const char session_settings[] =
    "SET search_path = referral; SET statement_timeout = '30s'; SET lock_timeout = '10s'; "
    "SET idle_in_transaction_session_timeout = '60s'; SET timezone = 'UTC'; SET client_min_messages = warning; "
    "SET default_transaction_isolation = 'read committed'; SET plan_cache_mode = force_generic_plan; "
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; "
    "SET bytea_output = hex; "
    "SELECT set_config('synchronous_commit', current_setting('synchronous_commit'), false)";

/*
 * For long reading beside a daemon that serves: nothing can be written, all statements of a transaction see one moment, and the
 * planner may scan what is read whole.
 */
static const char reader_settings[] =
    "SET search_path = referral; SET default_transaction_read_only = on; SET default_transaction_isolation = 'repeatable read'; "
    "SET statement_timeout = '120s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '600s'; "
    "SET timezone = 'UTC'; SET client_min_messages = warning; SET jit = off; SET bytea_output = hex; SELECT 1";

static const struct purpose serving = {"read-write", session_settings, true};
static const struct purpose reading = {"prefer-standby", reader_settings, false};

static enum db_result settle(struct db *db, const struct purpose *p, char *why, size_t why_size)
{
    PGresult *res = PQexec(db->conn, p->settings);
    enum db_result r = DB_OK;
    if (PQresultStatus(res) != PGRES_TUPLES_OK)
        r = db_fail_result(db, "session settings", res);
    else if (PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn))
        r = db_fail(db, DB_LOST, "connection lost");
    PQclear(res);
    if (r == DB_OK)
        return p->durable ? db_check_durable(db, why, why_size) : DB_OK;
    snprintf(why, why_size, "%s", db->error);
    return r;
}

/* What libpq says of a failed connection, in one line. */
static void connect_error(const struct db *db, char *why, size_t why_size)
{
    snprintf(why, why_size, "%s", PQerrorMessage(db->conn));
    size_t n = strlen(why);
    while (n && why[n - 1] == '\n')
        why[--n] = 0;
    for (char *p = why; *p; p++)
        if (*p == '\n')
            *p = ' ';
}

/* Limits come before the operator's string, which may change them; what we rely on comes after it. */
static PGconn *connect_to(const char *conninfo, const char *name, const char *server)
{
    const char *const keys[] = {"connect_timeout",     "tcp_user_timeout", "keepalives", "keepalives_idle",
                                "keepalives_interval", "keepalives_count", "dbname",     "target_session_attrs",
                                "client_encoding",     "application_name", NULL};
    const char *const values[] = {"5", "10000", "1", "10", "3", "3", conninfo, server, "UTF8", name, NULL};
    return PQconnectdbParams(keys, values, 1);
}

static bool conninfo_parses(const char *conninfo, char *why, size_t why_size)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &message);
    if (!options) {
        snprintf(why, why_size, "the connection string does not parse");
        PQfreemem(message); /* may quote a password */
        return false;
    }
    PQconninfoFree(options);
    return true;
}

static enum db_result open_for(const struct purpose *purpose, const char *conninfo, const char *name, struct db **out,
                               char *why, size_t why_size)
{
    if (!conninfo_parses(conninfo, why, why_size))
        return DB_WRONG;
    struct db *db = calloc(1, sizeof *db);
    if (db && !(db->conn = connect_to(conninfo, name, purpose->server))) {
        free(db);
        db = NULL;
    }
    if (!db) {
        snprintf(why, why_size, "memory is out");
        return DB_LOST;
    }
    pthread_mutex_init(&db->cancel_lock, NULL);
    enum db_result r = DB_LOST;
    if (PQstatus(db->conn) != CONNECTION_OK) {
        connect_error(db, why, why_size);
    } else {
        PQsetNoticeReceiver(db->conn, on_notice, db);
        db->cancel = PQgetCancel(db->conn);
        r = settle(db, purpose, why, why_size);
    }
    if (r == DB_OK)
        *out = db;
    else
        db_close(db);
    return r;
}

enum db_result db_open(const char *conninfo, const char *name, struct db **out, char *why, size_t why_size)
{
    return open_for(&serving, conninfo, name, out, why, why_size);
}

enum db_result db_open_reader(const char *conninfo, const char *name, struct db **out, char *why, size_t why_size)
{
    return open_for(&reading, conninfo, name, out, why, why_size);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    batch_destroy(db->batch);
    for (int i = 0; i < db->n_answers; i++)
        PQclear(db->answers[i]);
    free(db->answers);
    free(db->queue);
    pthread_mutex_lock(&db->cancel_lock);
    PQfreeCancel(db->cancel);
    db->cancel = NULL;
    pthread_mutex_unlock(&db->cancel_lock);
    PQfinish(db->conn);
    pthread_mutex_destroy(&db->cancel_lock);
    free(db);
}

bool db_alive(struct db *db)
{
    struct pollfd p = {.fd = PQsocket(db->conn), .events = POLLIN};
    if (db->lost || p.fd < 0 || poll(&p, 1, 0) < 0)
        return false;
    if (p.revents && PQconsumeInput(db->conn) != 1)
        db->lost = true;
    return !db->lost && PQstatus(db->conn) == CONNECTION_OK;
}

void db_cancel(struct db *db)
{
    char ignored[256];
    pthread_mutex_lock(&db->cancel_lock);
    if (db->cancel)
        PQcancel(db->cancel, ignored, sizeof ignored);
    pthread_mutex_unlock(&db->cancel_lock);
}

enum db_result db_script(struct db *db, const char *what, const char *sql)
{
    if (db->lost)
        return DB_LOST;
    if (!PQexitPipelineMode(db->conn) || PQsetnonblocking(db->conn, 0) != 0)
        return db_fail(db, DB_LOST, "%s: connection lost", what);
    PGresult *res = PQexec(db->conn, sql);
    ExecStatusType s = PQresultStatus(res);
    enum db_result r = DB_OK;
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
        r = db_fail_result(db, what, res);
    PQclear(res);
    if (r != DB_LOST && (PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn)))
        r = db_fail(db, DB_LOST, "%s: connection lost", what);
    return r;
}
