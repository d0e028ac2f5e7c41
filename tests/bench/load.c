/*
 * load.c - agencies that send referrals over CURVE, each with a window, and time the receipts
 *
 *   load ENDPOINT ROUTER.pub KEYDIR SECONDS RATE WINDOW AGENCY=PLACE,PLACE...
 *
 * One DEALER an agency, one referral a message, three parties, about 1 kB; at most WINDOW messages an agency without
 * answer. RATE is for all together, a second; 0: as fast as answers come. Prints one JSON line: receipts a second, and
 * percentiles of the time from sending to receipt. Places take turns. Anything but an ACCEPTED or MANUAL receipt is bad.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "transport/socket.h"
#include "wire/client.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

enum { AGENCIES_MAX = 64, PLACES_MAX = 512, SLOTS = 4096, SAMPLES_MAX = 4000000 };

struct sender {
    char id[64];
    struct str places[PLACES_MAX];
    int n_places;
    struct socket *socket;
    int64_t sent_us[SLOTS]; /* by request number modulo SLOTS */
    uint32_t next;
    int outstanding;
};

static struct sender senders[AGENCIES_MAX];
static int n_senders;
static uint32_t *samples;
static size_t n_samples, bad, busy, assigned;
static char run_tag[16];

static struct str make_referral(struct arena *a, const struct sender *s, uint32_t number)
{
    struct str place = s->places[number % (uint32_t)s->n_places];
    static const char summary[] =
        "双方系楼上楼下邻居，因卫生间防水层老化导致楼下天花板、墙面及部分家具受损，双方曾自行协商，对维修方案和赔偿金额存在较大分歧，"
        "物业公司两次上门查看并出具书面意见，仍未能达成一致，申请人希望通过调解明确维修责任、修复期限和赔偿数额，并要求对方承担检测费用。"
        "另据申请人陈述，渗漏自去年冬季开始，起初仅见于卫生间顶部，今年梅雨季节后逐步扩大至走廊和次卧，木地板起翘，衣柜底部发霉，"
        "期间曾请装修师傅局部修补两次，均未能根治。";
    struct client_party parties[3] = {
        {.role = PARTY_APPLICANT, .kind = PARTY_PERSON, .name = STR("测试甲"), .identity_kind = IDENTITY_RESIDENT,
         .identity_number = STR("11010519491231002X"), .phone = STR("13800001111"), .address_code = place},
        {.role = PARTY_RESPONDENT, .kind = PARTY_PERSON, .name = STR("测试乙"), .identity_kind = IDENTITY_RESIDENT,
         .identity_number = STR("11010519491231002X"), .phone = STR("13800002222"), .address_code = place},
        {.role = PARTY_THIRD_PARTY, .kind = PARTY_ENTERPRISE, .name = STR("测试物业服务有限公司"), .phone = STR("02500003333"),
         .address_code = place, .has_representative = true,
         .representative = {.name = STR("测试丙"), .phone = STR("13800004444")}},
    };
    struct client_referral r = {
        .channel = CHANNEL_COURT, .mode = MODE_COURT_PRE_FILING, .place_code = place, .summary = STR(summary),
        .has_claim = true, .claim_minor = 1860000, .currency = STR("CNY"), .parties = parties, .n_parties = 3,
        .occurred_on = STR("2026-03-02"),
    };
    r.agency_ref = arena_printf(a, "%s-%s-%u", run_tag, s->id, number);
    return client_referral_encode(a, &r);
}

static bool send_one(struct sender *s)
{
    struct arena *a = arena_new(0);
    struct str referral = make_referral(a, s, s->next);
    struct str id = arena_printf(a, "%u", s->next);
    struct str frame = client_submit(a, id, &referral, 1);
    bool ok = socket_send(s->socket, (struct str){0}, frame) == SEND_OK;
    if (ok) {
        s->sent_us[s->next++ % SLOTS] = clock_mono_us();
        s->outstanding++;
    }
    arena_free(a);
    return ok;
}

static void take_answer(struct sender *s, struct arena *a, struct str frame)
{
    struct server_message m;
    struct receipt r;
    uint32_t number;
    if (!client_decode(a, frame, &m)) {
        bad++;
        return;
    }
    number = (uint32_t)strtoul(m.request_id.p ? m.request_id.p : "0", NULL, 10);
    s->outstanding--;
    if (m.kind != SERVER_SUBMIT_REPLY || !client_receipt_decode(a, m.submit.receipts[0], &r)) {
        bad++;
        return;
    }
    if (r.status == RECEIPT_BUSY)
        busy++;
    else if (r.status != RECEIPT_ACCEPTED && r.status != RECEIPT_MANUAL)
        bad++;
    else if (n_samples < SAMPLES_MAX) {
        assigned += r.status == RECEIPT_ACCEPTED;
        samples[n_samples++] = (uint32_t)(clock_mono_us() - s->sent_us[number % SLOTS]);
    }
}

static void take_answers(struct sender *s)
{
    for (;;) {
        struct arena *a = arena_new(0);
        struct received got;
        bool any = socket_receive(s->socket, a, &got) == RECEIVE_OK;
        if (any)
            take_answer(s, a, got.frame);
        arena_free(a);
        if (!any)
            return;
    }
}

static void open_senders(struct hub *hub, const char *endpoint, const char *router_pub, const char *keys, char **specs, int n)
{
    unsigned char router[32];
    char why[256], path[512];
    if (!key_public_load(router_pub, router, why, sizeof(why)))
        exit((fprintf(stderr, "load: %s\n", why), 1));
    for (int i = 0; i < n; i++) {
        struct sender *s = &senders[n_senders++];
        struct key_pair pair;
        char *place = strchr(specs[i], '=');
        *place++ = '\0';
        snprintf(s->id, sizeof(s->id), "%s", specs[i]);
        for (char *one = strtok(place, ","); one && s->n_places < PLACES_MAX; one = strtok(NULL, ","))
            s->places[s->n_places++] = str_from(one);
        snprintf(path, sizeof(path), "%s/%s.key", keys, s->id);
        if (!key_pair_load(path, &pair, why, sizeof(why)) || !(s->socket = socket_dealer(hub, endpoint, router, &pair, why, sizeof(why))))
            exit((fprintf(stderr, "load: %s\n", why), 1));
    }
}

static int cmp_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static double percentile_ms(double p)
{
    return n_samples ? samples[(size_t)((double)(n_samples - 1) * p)] / 1000.0 : 0;
}

/* Sends at the rate, or up to the window, until the time is over; then waits for what is out. */
static double drive(double seconds, double rate, int window)
{
    zmq_pollitem_t items[AGENCIES_MAX];
    int64_t start = clock_mono_us(), end = start + (int64_t)(seconds * 1e6), last = start;
    uint64_t sent = 0;
    int turn = 0, outstanding = 0;
    for (int i = 0; i < n_senders; i++)
        items[i] = (zmq_pollitem_t){.socket = socket_zmq(senders[i].socket), .events = ZMQ_POLLIN};
    do {
        int64_t now = clock_mono_us();
        uint64_t due = rate > 0 ? (uint64_t)((double)(now - start) * rate / 1e6) : UINT64_MAX;
        for (int tried = 0; now < end && tried < n_senders && sent < due;) {
            struct sender *s = &senders[turn++ % n_senders];
            if (s->outstanding < window && send_one(s)) {
                sent++;
                tried = 0;
            } else {
                tried++;
            }
        }
        zmq_poll(items, n_senders, rate > 0 ? 1 : 20);
        outstanding = 0;
        for (int i = 0; i < n_senders; i++) {
            if (items[i].revents)
                take_answers(&senders[i]);
            outstanding += senders[i].outstanding;
        }
        last = clock_mono_us();
    } while (last < end || (outstanding > 0 && last < end + 20000000));
    bad += (size_t)outstanding;
    return (double)(last - start) / 1e6;
}

int main(int argc, char **argv)
{
    struct hub *hub;
    double took;
    if (argc < 8 || sodium_init() < 0)
        return fprintf(stderr, "usage: load ENDPOINT ROUTER.pub KEYDIR SECONDS RATE WINDOW AGENCY=PLACE...\n"), 2;
    snprintf(run_tag, sizeof(run_tag), "%08x", randombytes_random());
    samples = malloc(SAMPLES_MAX * sizeof(*samples));
    hub = hub_open_client();
    open_senders(hub, argv[1], argv[2], argv[3], argv + 7, argc - 7);
    took = drive(atof(argv[4]), atof(argv[5]), atoi(argv[6]));
    qsort(samples, n_samples, sizeof(*samples), cmp_u32);
    printf("{\"receipts\": %zu, \"seconds\": %.3f, \"per_s\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"busy\": %zu, \"bad\": %zu, "
           "\"assigned\": %zu, \"referral_bytes\": %zu}\n",
           n_samples, took, (double)n_samples / took, percentile_ms(0.5), percentile_ms(0.99), busy, bad, assigned,
           make_referral(arena_new(0), &senders[0], 1).n);
    for (int i = 0; i < n_senders; i++)
        socket_close(senders[i].socket);
    hub_close(hub);
    free(samples);
    return bad > 0;
}
