/*
 * control_http.c - /metrics, /healthz and /readyz over HTTP, on the loopback address, GET only
 *
 * Served by libmicrohttpd's own thread; everything read here is atomic or counted.
 */
#include "role/control/control_parts.h"

#include "base/clock.h"
#include "base/log.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CONNECTIONS = 16, IDLE_SECONDS = 10, EXTRA_TEXT = 4096 };

struct http {
    struct office *office;
    const struct bulletin *bulletin;
    struct MHD_Daemon *daemon;
};

struct page {
    unsigned status;
    const char *type;
    char *text; /* malloc'ed */
};

static int64_t resident_bytes(void)
{
    long long size, resident;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    int n = fscanf(f, "%lld %lld", &size, &resident);
    fclose(f);
    return n == 2 ? (int64_t)resident * sysconf(_SC_PAGESIZE) : 0;
}

/* What is not in the table of metrics: about the process, its rule set, and the state of things. */
static size_t extra_text(const struct http *h, char *out, size_t size)
{
    struct office *o = h->office;
    char hex[DIGEST_HEX_SIZE] = "", which[32];
    int64_t silent;
    bool alive = health_alive(o, h->bulletin, HEALTH_LIMIT_MS, which, &silent);
    struct snapshot *s = publication_get(o->publication);
    if (s)
        digest_hex(s->rules->hash, hex);
    double uptime = (double)(clock_now_ms() - atomic_load(&h->bulletin->started_ms)) / 1e3;
    const struct {
        const char *name, *type, *help;
        double value;
    } rows[] = {
        {"referrald_rules", "gauge", "Rules in force.", s ? s->rules->n_rules : 0},
        {"referrald_store_up", "gauge", "Whether PostgreSQL is in reach.", atomic_load(&o->store_up)},
        {"referrald_draining", "gauge", "Whether new work is turned away.", atomic_load(&o->draining)},
        {"referrald_alive", "gauge", "Whether every thread still turns.", alive},
        {"referrald_silence_seconds", "gauge", "Since the last turn of the slowest thread.",
         (double)silent / 1e3},
        {"referrald_uptime_seconds", "gauge", "Since the start of this process.", uptime},
        {"referrald_log_dropped_total", "counter", "Log lines that could not be written.",
         (double)log_dropped()},
        {"referrald_log_suppressed_total", "counter", "Log lines held back as repetition.",
         (double)log_suppressed()},
        {"referrald_keys_refused_total", "counter",
         "Connections turned away: unknown key or failed handshake.", (double)socket_refused(o->hub)},
        {"process_resident_memory_bytes", "gauge", "Resident memory size in bytes.",
         (double)resident_bytes()},
    };
    size_t n =
        (size_t)snprintf(out, size,
                         "# HELP referrald_build_info Version of this binary.\n"
                         "# TYPE referrald_build_info gauge\nreferrald_build_info{version=\"%s\"} 1\n"
                         "# HELP referrald_ruleset_info Rule set in force.\n"
                         "# TYPE referrald_ruleset_info gauge\nreferrald_ruleset_info{hash=\"%s\"} %d\n",
                         VERSION, hex, s != NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && n < size; i++)
        n += (size_t)snprintf(out + n, size - n, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", rows[i].name,
                              rows[i].help, rows[i].name, rows[i].type, rows[i].name, rows[i].value);
    snapshot_unref(s);
    return n;
}

static void page_metrics(const struct http *h, struct page *p)
{
    size_t need = metrics_text(&h->office->metrics, NULL, 0) + 4096; /* digits may grow in between */
    p->type = "text/plain; version=0.0.4; charset=utf-8";
    p->text = malloc(need + EXTRA_TEXT);
    if (!p->text)
        return;
    size_t n = metrics_text(&h->office->metrics, p->text, need);
    if (n >= need)
        n = need - 1;
    extra_text(h, p->text + n, EXTRA_TEXT);
}

static void page_health(const struct http *h, struct page *p)
{
    char which[32], text[96];
    int64_t silent;
    if (health_alive(h->office, h->bulletin, HEALTH_LIMIT_MS, which, &silent)) {
        p->text = strdup("ok\n");
        return;
    }
    p->status = MHD_HTTP_SERVICE_UNAVAILABLE;
    snprintf(text, sizeof(text), "%s has not turned for %" PRId64 " s\n", which, silent / 1000);
    p->text = strdup(text);
}

static void page_ready(const struct http *h, struct page *p)
{
    struct office *o = h->office;
    struct snapshot *s = publication_get(o->publication);
    const char *why = NULL;
    if (atomic_load(&o->draining) || atomic_load(&o->stopping))
        why = "draining: the daemon is on its way down and takes no new work\n";
    else if (!s)
        why = "no rule set is published yet\n";
    else if (!atomic_load(&o->store_up))
        why = "PostgreSQL is out of reach; senders get BUSY\n";
    snapshot_unref(s);
    p->status = why ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK;
    p->text = strdup(why ? why : "ready\n");
}

static const struct {
    const char *path;
    void (*page)(const struct http *h, struct page *p);
} pages[] = {{"/metrics", page_metrics}, {"/healthz", page_health}, {"/readyz", page_ready}};

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *body, size_t *body_size,
                              void **request)
{
    const struct http *h = context;
    struct page p = {.status = MHD_HTTP_OK, .type = "text/plain; charset=utf-8"};
    (void)version, (void)body, (void)body_size, (void)request;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        p.status = MHD_HTTP_METHOD_NOT_ALLOWED;
        p.text = strdup("only GET\n");
    } else {
        size_t i = 0;
        while (i < sizeof(pages) / sizeof(pages[0]) && strcmp(url, pages[i].path) != 0)
            i++;
        if (i < sizeof(pages) / sizeof(pages[0])) {
            pages[i].page(h, &p);
        } else {
            p.status = MHD_HTTP_NOT_FOUND;
            p.text = strdup("there are /metrics, /healthz and /readyz\n");
        }
    }
    if (!p.text)
        return MHD_NO; /* closes the connection */
    struct MHD_Response *r = MHD_create_response_from_buffer(strlen(p.text), p.text, MHD_RESPMEM_MUST_FREE);
    if (!r) {
        free(p.text);
        return MHD_NO;
    }
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, p.type);
    enum MHD_Result result = MHD_queue_response(connection, p.status, r);
    MHD_destroy_response(r);
    return result;
}

/* The numeric address as a sockaddr; 0: it is none. */
static unsigned address_of(const struct settings *s, struct sockaddr_storage *out)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, s->metrics_host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)s->metrics_port);
        return MHD_USE_INTERNAL_POLLING_THREAD;
    }
    if (inet_pton(AF_INET6, s->metrics_host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)s->metrics_port);
        return MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_IPv6;
    }
    return 0;
}

bool http_open(struct office *o, const struct bulletin *b, struct http **out, char *why, size_t why_size)
{
    struct sockaddr_storage address;
    *out = NULL;
    if (o->settings.metrics_port == 0)
        return true;
    struct http *h = calloc(1, sizeof(*h));
    unsigned flags = address_of(&o->settings, &address);
    if (!h || !flags) {
        snprintf(why, why_size, h ? "listen.metrics: `%s` is not a numeric address" : "out of memory",
                 o->settings.metrics_host);
        free(h);
        return false;
    }
    h->office = o;
    h->bulletin = b;
    h->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, answer, h, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
                         (unsigned)IDLE_SECONDS, MHD_OPTION_END);
    if (!h->daemon) {
        snprintf(why, why_size, "listen.metrics: cannot listen on %s port %d; is it in use?",
                 o->settings.metrics_host, o->settings.metrics_port);
        free(h);
        return false;
    }
    *out = h;
    return true;
}

void http_close(struct http *h)
{
    if (!h)
        return;
    MHD_stop_daemon(h->daemon);
    free(h);
}
