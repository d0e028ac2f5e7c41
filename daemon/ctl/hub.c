/*
 * hub.c - a receiver for trying out: takes assignments, prints them, may accept and conclude
 */
#include "ctl/command.h"

#include "base/clock.h"
#include "ctl/json.h"
#include "ctl/layout.h"
#include "ctl/link.h"

#include <stdlib.h>
#include <string.h>

enum { SILENT_MAX = 3, ORGANISATIONS_MAX = CALL_GIVEN_MAX };

/* What is still to be said about an assignment, in this order. */
enum stage { STAGE_ACCEPT, STAGE_DECLINE, STAGE_CONCLUDE, STAGE_DONE };
static const char *const stage_words[] = {"accept", "decline", "conclude", "done"};

struct held {
    struct id id;
    uint32_t term;
    enum stage stage;
    bool partner;   /* in joint mediation: somebody else concludes */
    int64_t due_ms; /* monotonic: when to say it, or say it again */
};

struct hub_session {
    const struct call *call;
    struct link link;
    bool json;
    enum stage first;            /* what is said to an assignment; DONE: nothing */
    enum decline_reason decline; /* 0: none */
    enum conclusion conclusion;  /* 0: none */
    int64_t wait_s, credit, count;
    struct held *held;
    size_t n, cap;
    int64_t taken;
    bool welcome;
    int silent;
    int64_t ping_ms, next_ping_ms;
    uint64_t sent;
    bool refused; /* one of our answers was not taken */
};

static struct held *find(struct hub_session *s, struct id id)
{
    for (size_t i = 0; i < s->n; i++)
        if (id_eq(s->held[i].id, id))
            return &s->held[i];
    return NULL;
}

static struct held *hold(struct hub_session *s, struct id id)
{
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 64;
        struct held *grown = realloc(s->held, cap * sizeof(*grown));
        if (!grown)
            return NULL;
        s->held = grown;
        s->cap = cap;
    }
    s->held[s->n] = (struct held){.id = id};
    return &s->held[s->n++];
}

/* ---- printing ---- */

static void print_json(const struct assignment_message *m)
{
    struct json_out j = {.out = stdout, .compact = true};
    struct json_out *p = &j;
    char id[ID_TEXT_SIZE], referral[ID_TEXT_SIZE], respond[TIME_TEXT_SIZE], finish[TIME_TEXT_SIZE];
    const struct {
        const char *key;
        struct str value;
    } texts[] = {
        {"assignment", str_from(id_text(m->assignment, id))},
        {"referral", str_from(id_text(m->referral, referral))},
        {"organisation", m->organisation_id},
        {"partner", m->partner_id},
        {"partner_name", m->partner_name},
        {"lead", m->lead_id},
        {"lead_name", m->lead_name},
        {"agency", m->agency_id},
        {"agency_name", m->agency_name},
        {"category", m->category},
        {"respond_by", str_from(layout_time(m->respond_by_ms, true, respond))},
        {"finish_by", str_from(layout_time(m->finish_by_ms, true, finish))},
    };
    json_open(p, '{');
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_key(p, texts[i].key);
        json_text(p, texts[i].value);
    }
    json_key(p, "term");
    json_int(p, m->term);
    json_key(p, "supplements");
    json_int(p, m->n_supplements);
    json_close(p, '}');
    printf("\n");
}

static void print_text(struct arena *a, const struct assignment_message *m)
{
    struct client_referral r;
    char id[ID_TEXT_SIZE], time[TIME_TEXT_SIZE];
    bool read = client_referral_decode(a, m->referral_bytes, &r);
    printf("assignment %s term %u for " STR_FMT " from " STR_FMT " " STR_FMT "\n", id_text(m->assignment, id),
           m->term, STR_ARG(m->organisation_id), STR_ARG(m->agency_id), STR_ARG(m->agency_name));
    printf("    respond by %s", layout_time(m->respond_by_ms, false, time));
    printf(", finish by %s, category " STR_FMT, layout_time(m->finish_by_ms, false, time),
           STR_ARG(m->category));
    if (read)
        printf(", number " STR_FMT ", place " STR_FMT ", %d parties%s", STR_ARG(r.agency_ref),
               STR_ARG(r.place_code), r.n_parties, r.risk ? ", RISK FLAGS" : "");
    if (m->n_supplements)
        printf(", %d supplements", m->n_supplements);
    if (m->partner_id.n)
        printf(", jointly with " STR_FMT " " STR_FMT, STR_ARG(m->partner_id), STR_ARG(m->partner_name));
    if (m->lead_id.n)
        printf(", as partner of " STR_FMT " " STR_FMT, STR_ARG(m->lead_id), STR_ARG(m->lead_name));
    printf("\n");
}

/* ---- sending ---- */

static struct str named(struct hub_session *s, struct arena *a, const char *what)
{
    return arena_printf(a, "%s-%llu", what, (unsigned long long)++s->sent);
}

static bool send_hello(struct hub_session *s, struct arena *a)
{
    struct str organisations[ORGANISATIONS_MAX];
    int n = 0;
    for (int i = 0; i < s->call->n_given; i++)
        if (s->call->given[i].id == OPT_ORGANISATION)
            organisations[n++] = str_from(s->call->given[i].value);
    return link_send(&s->link, client_hello(a, named(s, a, "hello"), organisations, n, (uint32_t)s->credit));
}

/* The request id names stage and assignment, so that the reply finds its way back. */
static void send_stage(struct hub_session *s, struct arena *a, struct held *h)
{
    char id[ID_TEXT_SIZE];
    struct client_answer m = {.assignment = h->id, .term = h->term};
    struct str request_id = arena_printf(a, "%s:%s", stage_words[h->stage], id_text(h->id, id));
    if (h->stage == STAGE_ACCEPT) {
        link_send(&s->link, client_accept(a, request_id, &m));
    } else if (h->stage == STAGE_DECLINE) {
        m.decline = s->decline;
        m.text = s->decline == DECLINE_OTHER ? STR("referralctl hub") : STR("");
        link_send(&s->link, client_decline(a, request_id, &m));
    } else {
        m.conclusion = s->conclusion;
        m.agreement_kind = s->conclusion == CONCLUSION_AGREED ? AGREEMENT_WRITTEN : 0;
        m.text = s->conclusion == CONCLUSION_OTHER ? STR("referralctl hub") : STR("");
        link_send(&s->link, client_conclude(a, request_id, &m));
    }
    h->due_ms = clock_mono_ms() + s->wait_s * 1000;
}

static void send_due(struct hub_session *s, struct arena *a)
{
    int64_t now = clock_mono_ms();
    for (size_t i = 0; i < s->n; i++)
        if (s->held[i].stage != STAGE_DONE && s->held[i].due_ms <= now)
            send_stage(s, a, &s->held[i]);
    if (now < s->next_ping_ms)
        return;
    s->silent++;
    s->next_ping_ms = now + s->ping_ms;
    if (!s->welcome || s->silent > 1) /* the daemon may have been restarted: a new session then */
        send_hello(s, a);
    else
        link_send(&s->link, client_ping(a, named(s, a, "ping")));
}

/* ---- receiving ---- */

static void take_assignment(struct hub_session *s, struct arena *a, const struct assignment_message *m)
{
    struct held *h = find(s, m->assignment);
    if (h) { /* delivered again: the newer term counts */
        h->term = m->term > h->term ? m->term : h->term;
        return;
    }
    h = hold(s, m->assignment);
    if (!h)
        return;
    h->term = m->term;
    h->stage = s->first;
    h->partner = m->lead_id.n > 0;
    s->taken += s->first == STAGE_DONE;
    if (s->json)
        print_json(m);
    else
        print_text(a, m);
}

static void take_step(struct hub_session *s, const struct server_message *m)
{
    struct id id;
    const char *colon = memchr(m->request_id.p, ':', m->request_id.n);
    size_t at = colon ? (size_t)(colon - m->request_id.p) + 1 : m->request_id.n;
    if (!id_parse((struct str){m->request_id.p + at, m->request_id.n - at}, &id))
        return;
    struct held *h = find(s, id);
    struct str word = {m->request_id.p, at - 1};
    if (!h || h->stage == STAGE_DONE || !str_eqz(word, stage_words[h->stage]))
        return;
    if (m->step.retry_after_ms > 0) {
        h->due_ms = clock_mono_ms() + m->step.retry_after_ms;
        return;
    }
    if (!m->step.done) {
        printf("    %s " STR_FMT ": not done\n", stage_words[h->stage], (int)(m->request_id.n - at),
               m->request_id.p + at);
        link_print_faults(stdout, m->step.faults, "        ");
        h->stage = STAGE_DONE;
        s->refused = true;
    } else {
        if (!s->json)
            printf("    %s " STR_FMT ": recorded\n", stage_words[h->stage], (int)(m->request_id.n - at),
                   m->request_id.p + at);
        h->stage = h->stage == STAGE_ACCEPT && s->conclusion && !h->partner ? STAGE_CONCLUDE : STAGE_DONE;
        h->due_ms = 0;
    }
    s->taken += h->stage == STAGE_DONE;
}

static int take_hello(struct hub_session *s, const struct hello_reply *r)
{
    if (r->welcome) {
        s->welcome = true;
        s->ping_ms = r->ping_interval_ms > 200 ? r->ping_interval_ms / 2 : 100;
        s->next_ping_ms = clock_mono_ms() + s->ping_ms;
        if (!s->json)
            printf("welcome: %u organisations, ping every %u ms\n", r->organisations, r->ping_interval_ms);
        return CTL_OK;
    }
    if (r->retry_after_ms > 0) {
        s->next_ping_ms = clock_mono_ms() + r->retry_after_ms;
        return CTL_OK;
    }
    fprintf(stderr, "referralctl: not welcome:\n");
    link_print_faults(stderr, r->faults, "  ");
    return CTL_NO;
}

static void take_notice(const struct notice_message *m)
{
    char id[ID_TEXT_SIZE], time[TIME_TEXT_SIZE];
    printf("notice    %s:", id_text(m->assignment, id));
    for (int kind = 1; kind < STEP_KIND_LIMIT; kind++)
        if (m->kinds & 1u << kind)
            printf(" %s", word_zh(step_kind_words, kind));
    if (m->n_supplements)
        printf(", %d supplements", m->n_supplements);
    if (m->due_ms)
        printf(", " STR_FMT " by %s", STR_ARG(m->due_kind), layout_time(m->due_ms, false, time));
    printf("\n");
}

static int take(struct hub_session *s, struct arena *a, const struct server_message *m)
{
    char id[ID_TEXT_SIZE];
    s->silent = 0;
    switch (m->kind) {
    case SERVER_HELLO_REPLY:
        return take_hello(s, &m->hello);
    case SERVER_ASSIGNMENT:
        take_assignment(s, a, &m->assignment);
        break;
    case SERVER_STEP_REPLY:
        take_step(s, m);
        break;
    case SERVER_CANCELLED:
        if (!s->json)
            printf("cancelled %s: " STR_FMT "\n", id_text(m->cancelled.assignment, id),
                   STR_ARG(m->cancelled.reason));
        break;
    case SERVER_NOTICE:
        if (!s->json)
            take_notice(&m->notice);
        break;
    case SERVER_REFUSAL:
        if (m->refusal.retry_after_ms > 0 || s->welcome) { /* busy, or the session ended: say hello again */
            s->welcome = false;
            s->next_ping_ms =
                clock_mono_ms() + (m->refusal.retry_after_ms ? m->refusal.retry_after_ms : 1000);
            break;
        }
        fprintf(stderr, "referralctl: refused:\n");
        link_print_faults(stderr, m->refusal.faults, "  ");
        return CTL_NO;
    default:
        break;
    }
    return CTL_OK;
}

static int64_t until_due(const struct hub_session *s)
{
    int64_t due = s->next_ping_ms, now = clock_mono_ms();
    for (size_t i = 0; i < s->n; i++)
        if (s->held[i].stage != STAGE_DONE && s->held[i].due_ms < due)
            due = s->held[i].due_ms;
    return due > now ? due - now : 0;
}

static int receive_all(struct hub_session *s)
{
    int code = CTL_OK;
    s->ping_ms = s->wait_s * 1000 / SILENT_MAX;
    while (code == CTL_OK && (s->count == 0 || s->taken < s->count)) {
        struct arena *a = arena_new(0);
        struct server_message m;
        if (!a)
            return CTL_NO_ANSWER;
        send_due(s, a);
        if (link_receive(&s->link, a, until_due(s), &m)) {
            code = take(s, a, &m);
            fflush(stdout);
        } else if (s->silent > SILENT_MAX) {
            link_tell_silence(s->call, s->ping_ms * SILENT_MAX / 1000);
            code = CTL_NO_ANSWER;
        }
        arena_free(a);
    }
    return code == CTL_OK && s->refused ? CTL_NO : code;
}

/* The value of an option that takes a word of `table`; 0 when it is not given. False, and told, when it is
 * another word. */
static bool call_word(const struct call *c, enum option_id id, const struct word *table, int *out)
{
    const char *given = call_value(c, id, NULL);
    *out = given ? word_value(table, str_from(given)) : 0;
    if (!given || *out)
        return true;
    fprintf(stderr, "referralctl: --%s takes one of", ctl_options[id].name);
    for (const struct word *w = table; w->word; w++)
        fprintf(stderr, " %s", w->word);
    fprintf(stderr, "\n");
    return false;
}

int run_hub(const struct call *c)
{
    struct hub_session s = {.call = c, .json = call_has(c, OPT_JSON), .first = STAGE_DONE};
    int conclusion, decline;
    if (!call_number(c, OPT_COUNT, 1, INT64_MAX, 0, &s.count) ||
        !call_number(c, OPT_CREDIT, 1, 1000, 100, &s.credit) ||
        !call_number(c, OPT_TIMEOUT, 1, 3600, 10, &s.wait_s) ||
        !call_word(c, OPT_CONCLUDE, conclusion_words, &conclusion) ||
        !call_word(c, OPT_DECLINE, decline_reason_words, &decline))
        return CTL_USAGE;
    s.conclusion = (enum conclusion)conclusion;
    s.decline = (enum decline_reason)decline;
    if (call_has(c, OPT_ACCEPT) || conclusion)
        s.first = STAGE_ACCEPT;
    if (decline && s.first == STAGE_ACCEPT) {
        fprintf(stderr, "referralctl: --decline and --accept or --conclude exclude each other\n");
        return CTL_USAGE;
    }
    if (decline)
        s.first = STAGE_DECLINE;
    if (!link_open(c, &s.link))
        return CTL_USAGE;
    int code = receive_all(&s);
    link_close(&s.link);
    free(s.held);
    return code;
}
