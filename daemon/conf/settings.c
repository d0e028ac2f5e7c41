/*
 * settings.c - referrald.yaml
 */
#include "conf/settings.h"
#include "conf/shape.h"

#include <arpa/inet.h>
#include <stdlib.h>

struct metrics {
    const char *host;
    int port;
};

struct record {
    struct settings s;
    struct metrics metrics;
    int log_format, log_level, approval;
    struct strs openers;
};

/* "HOST:PORT", HOST not empty; an IPv6 address stands in brackets. False when it is something else. */
static bool split_port(struct str s, struct str *host, int *port)
{
    size_t colon = s.n;
    while (colon > 0 && s.p[colon - 1] != ':')
        colon--;
    if (colon < 2 || s.n == colon || s.n - colon > 5)
        return false;
    long value = 0;
    for (size_t i = colon; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        value = value * 10 + (s.p[i] - '0');
    }
    *host = (struct str){s.p, colon - 1};
    *port = (int)value;
    return value <= 65535;
}

static bool store(struct reading *r, struct str s, void *out)
{
    *(const char **)out = arena_str(r->arena, s).p;
    return *(const char **)out || reading_full(r);
}

static bool read_tcp(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "an address"))
        return false;
    struct str host, rest = {v->text.p + 6, v->text.n > 6 ? v->text.n - 6 : 0};
    int port;
    if (v->text.n > 6 && memcmp(v->text.p, "tcp://", 6) == 0 && split_port(rest, &host, &port) && port > 0)
        return store(r, v->text, out);
    return reading_error(r, v->at,
                         "write tcp://ADDRESS:PORT, as in tcp://127.0.0.1:7410; tcp://*:7410 for all",
                         "`" STR_FMT "` is not an address to listen on", STR_ARG(v->text));
}

static bool read_ipc(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "an address"))
        return false;
    if (v->text.n > 6 && v->text.n < 100 && memcmp(v->text.p, "ipc://", 6) == 0)
        return store(r, v->text, out);
    return reading_error(r, v->at, "write ipc://PATH: control is for this machine only; at most 99 bytes",
                         "`" STR_FMT "` is not a local socket", STR_ARG(v->text));
}

/* Metrics are told to this machine only: what wants them from outside goes through a proxy with its own
 * access rules. */
static bool loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool read_metrics(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    (void)f;
    if (!node_is_text(r, v, "an address"))
        return false;
    struct metrics m = {0};
    struct str host;
    if (!split_port(v->text, &host, &m.port))
        return reading_error(r, v->at, "write 127.0.0.1:PORT; port 0 turns metrics off",
                             "`" STR_FMT "` is not an address", STR_ARG(v->text));
    if (host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = (struct str){host.p + 1, host.n - 2};
    if (!store(r, host, &m.host))
        return false;
    if (!loopback(m.host))
        return reading_error(r, v->at, "write 127.0.0.1:PORT, and let a proxy carry it further",
                             "metrics are only served on this machine: `" STR_FMT "`", STR_ARG(host));
    *(struct metrics *)out = m;
    return true;
}

/* A path; relative ones are made absolute when all is read. */
static bool read_path(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    struct str s;
    return read_text(r, v, f, &s) && store(r, s, out);
}

static const struct word log_format_words[] = {{LOG_AUTO + 1, "auto", ""},
                                               {LOG_JOURNAL + 1, "journal", ""},
                                               {LOG_TEXT + 1, "text", ""},
                                               {LOG_JSON + 1, "json", ""},
                                               {0}};
static const struct word log_level_words[] = {{LOG_ERROR + 1, "error", ""},
                                              {LOG_WARNING + 1, "warning", ""},
                                              {LOG_INFO + 1, "info", ""},
                                              {LOG_DEBUG + 1, "debug", ""},
                                              {0}};

static const struct word approval_words[] = {{1, "none", ""}, {2, "required", ""}, {0}};

#define AT(member) offsetof(struct record, member)

static const struct shape tcp_shape = {
    .kind = SHAPE_TEXT, .about = "tcp://ADDRESS:PORT", .pattern = "^tcp://.+:[0-9]{1,5}$"};
static const struct shape ipc_shape = {.kind = SHAPE_TEXT, .about = "ipc://PATH", .pattern = "^ipc://.+$"};
static const struct shape metrics_shape = {
    .kind = SHAPE_TEXT, .about = "127.0.0.1:PORT; port 0 turns metrics off", .pattern = "^.+:[0-9]{1,5}$"};

static const struct field listen_fields[] = {
    {"agencies", read_tcp, AT(s.listen_agencies), .shape = &tcp_shape, .about = "where agencies connect"},
    {"organisations", read_tcp, AT(s.listen_organisations), .shape = &tcp_shape,
     .about = "where organisations and hubs connect"},
    {"control", read_ipc, AT(s.listen_control), .shape = &ipc_shape,
     .about = "for referralctl on this machine"},
    {"metrics", read_metrics, AT(metrics), .shape = &metrics_shape,
     .about = "/metrics, /healthz, /readyz, on this machine only"},
    {0},
};
static const struct field keys_fields[] = {
    {"router", read_path, AT(s.key_router), .shape = &text_shape,
     .about = "secret key of the router, mode 0600"},
    {"personal", read_path, AT(s.key_personal), .shape = &text_shape,
     .about = "keys that seal personal data at rest, mode 0600"},
    {"peers", read_path, AT(s.keys_peers), .shape = &text_shape,
     .about = "directory of the peers' public keys"},
    {0},
};
static const struct field database_fields[] = {
    {"conninfo", read_path, AT(s.conninfo), .shape = &text_shape, .about = "how to connect to PostgreSQL"},
    {"keepers", read_int, AT(s.keepers), OPTIONAL, NULL, 1, KEEPERS_MAX, .about = "threads that write"},
    {0},
};
static const struct field limits_fields[] = {
    {"in_flight", read_int, AT(s.in_flight), OPTIONAL, NULL, 1, 1000000,
     .about = "referrals between arrival and commit, of all agencies"},
    {"in_flight_per_agency", read_int, AT(s.in_flight_per_agency), OPTIONAL, NULL, 1, 1000000,
     .about = "referrals between arrival and commit, of one agency"},
    {"batch_rows", read_int, AT(s.batch_rows), OPTIONAL, NULL, 1, 10000,
     .about = "rows in one transaction at most"},
    {"busy_retry_after", read_int, AT(s.busy_retry_after_ms), OPTIONAL, NULL, 1, 3600000,
     .about = "milliseconds that a sender is told to wait when the router is full"},
    {"ping_interval", read_int, AT(s.ping_interval_ms), OPTIONAL, NULL, 100, 3600000,
     .about = "milliseconds; a receiver silent for three of them is gone"},
    {0},
};
static const struct field publishing_fields[] = {
    {"approval", read_word, AT(approval), OPTIONAL, approval_words,
     .about = "required: a rule set comes into force when a second person approves it"},
    {0},
};
static const struct field dossiers_fields[] = {
    {"may_open", read_texts, AT(openers), OPTIONAL, .about = "operators (system users) who may see personal data in a dossier"},
    {0},
};
static const struct field log_fields[] = {
    {"format", read_word, AT(log_format), OPTIONAL, log_format_words,
     .about = "where log lines go and in which form"},
    {"level", read_word, AT(log_level), OPTIONAL, log_level_words, .about = "what is logged"},
    {0},
};
/* Each section's fields are offsets in the whole record. */
static const struct field sections[] = {
    {"listen", read_fields, 0, OPTIONAL, listen_fields, .about = "addresses"},
    {"keys", read_fields, 0, OPTIONAL, keys_fields,
     .about = "files of keys; paths relative to this directory"},
    {"database", read_fields, 0, OPTIONAL, database_fields, .about = "PostgreSQL"},
    {"limits", read_fields, 0, OPTIONAL, limits_fields, .about = "bounds"},
    {"publishing", read_fields, 0, OPTIONAL, publishing_fields, .about = "how rule sets come into force"},
    {"dossiers", read_fields, 0, OPTIONAL, dossiers_fields, .about = "review of cases"},
    {"log", read_fields, 0, OPTIONAL, log_fields, .about = "logging"},
    {0},
};

const struct shape settings_file_shape = {.kind = SHAPE_FIELDS, .fields = sections};

static void read_file(struct reading *r, const struct text *t, void *state)
{
    struct record *record = state;
    const struct node *root = node_parse(r, t);
    if (!root || !schema_read(r, root, "a map of sections", sections, record))
        return;
    if (record->s.in_flight_per_agency > record->s.in_flight) {
        const struct node *limits = node_get(root, "limits");
        const struct node *one = limits ? node_get(limits, "in_flight_per_agency") : NULL;
        reading_error(r, one ? one->at : (limits ? limits->at : root->at),
                      "make it smaller, or `in_flight` larger",
                      "`in_flight_per_agency` is %d, more than `in_flight` (%d) for all of them",
                      record->s.in_flight_per_agency, record->s.in_flight);
    }
}

static const char *absolute(struct reading *r, const char *dir, const char *path)
{
    return path[0] == '/' ? path : arena_printf(r->arena, "%s/%s", dir, path).p;
}

static void finish(struct reading *r, const char *dir, const struct record *record, struct settings *out)
{
    char *real = realpath(dir, NULL);
    *out = record->s;
    out->metrics_host = record->metrics.host;
    out->metrics_port = record->metrics.port;
    out->approval = record->approval == 2;
    out->dossier_openers = record->openers.items;
    out->n_dossier_openers = record->openers.n;
    out->log_format = (enum log_format)(record->log_format - 1);
    out->log_level = (enum log_level)(record->log_level - 1);
    out->key_router = absolute(r, real ? real : dir, out->key_router);
    out->key_personal = absolute(r, real ? real : dir, out->key_personal);
    out->keys_peers = absolute(r, real ? real : dir, out->keys_peers);
    free(real);
}

bool settings_load(struct arena *a, const struct source *all, const char *dir, struct diag *diag,
                   struct settings *out)
{
    struct record record = {
        .s = {.listen_agencies = "tcp://127.0.0.1:7410",
              .listen_organisations = "tcp://127.0.0.1:7411",
              .listen_control = "ipc:///run/referrald/control.sock",
              .key_router = "keys/router.key",
              .key_personal = "keys/personal.keys",
              .keys_peers = "keys/peers",
              .conninfo = "host=/run/postgresql dbname=referrald user=referrald",
              .keepers = 2,
              .in_flight = 4096,
              .in_flight_per_agency = 512,
              .batch_rows = 512,
              .busy_retry_after_ms = 2000,
              .ping_interval_ms = 10000},
        .metrics = {"127.0.0.1", 7412},
        .log_format = LOG_AUTO + 1,
        .log_level = LOG_INFO + 1,
    };
    struct reading r = {.source = all, .diag = diag, .arena = a, .scratch = arena_new(0)};
    r.errors_before = diag_count(diag, DIAG_ERROR);
    if (!r.scratch)
        return false;
    reading_files(&r, "referrald.yaml", read_file, &record);
    bool good = reading_errors(&r) == 0;
    if (good)
        finish(&r, dir, &record, out);
    arena_free(r.scratch);
    return good;
}
