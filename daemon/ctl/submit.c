/*
 * submit.c - referrals handed over as an agency, receipts printed
 */
#include "ctl/command.h"

#include "base/clock.h"
#include "core/calendar.h"
#include "ctl/json.h"
#include "ctl/jsonl.h"
#include "ctl/layout.h"
#include "ctl/link.h"
#include "wire/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH_DEFAULT = 16, ATTEMPTS = 4, BUSY_ATTEMPTS = 60 };

struct item {
    unsigned line;
    struct str bytes;
    struct str agency_ref;
    bool answered;
};

struct submitting {
    const struct call *call;
    struct link link;
    struct arena *arena; /* of the batch */
    struct item items[LIMIT_SUBMIT_ITEMS];
    int n, batch;
    int64_t wait_s;
    bool json;
    uint64_t sent; /* messages, for request ids */
    int faulty;    /* lines that could not be read */
    int refused;   /* referrals not stored, or refused by rule */
};

/* ---- receipts ---- */

static const struct word receipt_words[] = {
    {RECEIPT_ACCEPTED, "accepted", "已指派"}, {RECEIPT_MANUAL, "manual", "待人工指派"},
    {RECEIPT_REFUSED, "refused", "不予受理"}, {RECEIPT_CONFLICT, "conflict", "编号冲突"},
    {RECEIPT_BUSY, "busy", "稍后再送"},       {0, NULL, NULL}};

static void print_json(const struct item *item, const struct receipt *r, bool duplicate)
{
    struct json_out j = {.out = stdout, .compact = true};
    char id[ID_TEXT_SIZE] = "", hex[DIGEST_HEX_SIZE], time[TIME_TEXT_SIZE];
    json_open(&j, '{');
    json_key(&j, "line");
    json_int(&j, item->line);
    json_key(&j, "agency_ref");
    json_text(&j, item->agency_ref);
    json_key(&j, "status");
    json_text(&j, str_from(word_of(receipt_words, (int)r->status)));
    json_key(&j, "duplicate");
    json_raw(&j, duplicate ? "true" : "false");
    json_key(&j, "referral");
    json_text(&j, str_from(r->referral ? id_text(*r->referral, id) : ""));
    json_key(&j, "organisation");
    json_text(&j, r->organisation_id);
    json_key(&j, "organisation_name");
    json_text(&j, r->organisation_name);
    json_key(&j, "partner");
    json_text(&j, r->partner_id);
    json_key(&j, "partner_name");
    json_text(&j, r->partner_name);
    json_key(&j, "rule");
    json_text(&j, r->rule);
    json_key(&j, "journal_seq");
    json_int(&j, (int64_t)r->journal_seq);
    json_key(&j, "journal_hash");
    json_text(&j, str_from(r->journal_hash ? digest_hex(*r->journal_hash, hex) : ""));
    json_key(&j, "committed");
    json_text(&j, str_from(r->committed_ms ? layout_time(r->committed_ms, true, time) : ""));
    json_key(&j, "faults");
    json_open(&j, '[');
    for (size_t i = 0; r->faults && i < r->faults->n; i++) {
        json_open(&j, '{');
        json_key(&j, "code");
        json_text(&j, str_from(fault_word(r->faults->items[i].code)));
        json_key(&j, "field");
        json_text(&j, r->faults->items[i].field);
        json_key(&j, "text");
        json_text(&j, r->faults->items[i].text);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    printf("\n");
}

static void print_conflict(const struct receipt *r)
{
    char sent[DIGEST_HEX_SIZE] = "?", stored[DIGEST_HEX_SIZE] = "?";
    if (r->content && r->stored)
        printf(
            "    this content is %.16s…, on record is %.16s…: other bytes under the same number; nothing was "
            "changed. Send a change as a supplement\n",
            digest_hex(*r->content, sent), digest_hex(*r->stored, stored));
}

static void print_receipt(struct submitting *s, const struct item *item, const struct receipt *r,
                          bool duplicate)
{
    char id[ID_TEXT_SIZE];
    bool stored = r->referral != NULL;
    if (r->status != RECEIPT_ACCEPTED && r->status != RECEIPT_MANUAL)
        s->refused++;
    if (s->json) {
        print_json(item, r, duplicate);
        return;
    }
    printf("%u: " STR_FMT "  %s%s", item->line, STR_ARG(item->agency_ref),
           word_of(receipt_words, (int)r->status), duplicate ? " (given before)" : "");
    if (stored)
        printf("  %s", id_text(*r->referral, id));
    if (r->organisation_id.n)
        printf("  " STR_FMT "  " STR_FMT, STR_ARG(r->organisation_id), STR_ARG(r->organisation_name));
    if (r->partner_id.n)
        printf("  jointly with " STR_FMT "  " STR_FMT, STR_ARG(r->partner_id), STR_ARG(r->partner_name));
    if (r->rule.n)
        printf("  rule " STR_FMT, STR_ARG(r->rule));
    if (r->journal_seq)
        printf("  entry %llu", (unsigned long long)r->journal_seq);
    printf("\n");
    link_print_faults(stdout, r->faults, "    ");
    if (r->status == RECEIPT_CONFLICT)
        print_conflict(r);
}

/* ---- a batch ---- */

static void pause_ms(uint32_t ms)
{
    struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}

/* Takes the receipts; those that say BUSY stay unanswered. Returns how long to wait before sending them
 * again. */
static uint32_t take_receipts(struct submitting *s, const int *asked, const struct server_message *m)
{
    uint32_t wait = 0;
    for (int i = 0; i < m->submit.n; i++) {
        struct item *item = &s->items[asked[i]];
        struct receipt r;
        if (!client_receipt_decode(s->arena, m->submit.receipts[i], &r)) {
            fprintf(stderr,
                    "referralctl: a receipt cannot be read; are referralctl and referrald of one version?\n");
            item->answered = true;
            s->refused++;
            continue;
        }
        if (r.status == RECEIPT_BUSY) {
            wait = r.retry_after_ms > wait ? r.retry_after_ms : wait;
            continue;
        }
        item->answered = true;
        print_receipt(s, item, &r, m->submit.duplicate[i]);
    }
    return wait;
}

/* One message with all that is unanswered. True when an answer came; *wait_ms: the router is busy. */
static bool send_unanswered(struct submitting *s, int *exit_code, uint32_t *wait_ms)
{
    struct str bytes[LIMIT_SUBMIT_ITEMS];
    int asked[LIMIT_SUBMIT_ITEMS], n = 0;
    for (int i = 0; i < s->n; i++) {
        if (s->items[i].answered)
            continue;
        asked[n] = i;
        bytes[n++] = s->items[i].bytes;
    }
    struct server_message m;
    struct str request_id = arena_printf(s->arena, "submit-%llu", (unsigned long long)++s->sent);
    if (!link_send(&s->link, client_submit(s->arena, request_id, bytes, n)))
        return false;
    int64_t until = clock_mono_ms() + s->wait_s * 1000;
    for (int64_t left; (left = until - clock_mono_ms()) > 0;) {
        if (!link_receive(&s->link, s->arena, left, &m))
            return false;
        if (!str_eq(m.request_id, request_id))
            continue; /* a late answer to an earlier attempt */
        if (m.kind == SERVER_SUBMIT_REPLY && m.submit.n == n) {
            *wait_ms = take_receipts(s, asked, &m);
            return true;
        }
        *wait_ms = m.kind == SERVER_REFUSAL ? m.refusal.retry_after_ms : 0;
        if (*wait_ms == 0) {
            fprintf(stderr, "referralctl: the message was refused as a whole:\n");
            if (m.kind == SERVER_REFUSAL)
                link_print_faults(stderr, m.refusal.faults, "  ");
            *exit_code = CTL_NO;
        }
        return true;
    }
    return false;
}

static bool all_answered(const struct submitting *s)
{
    for (int i = 0; i < s->n; i++)
        if (!s->items[i].answered)
            return false;
    return true;
}

/* Until every item has a receipt. The same bytes are sent again: that is safe, the router knows them. */
static int send_batch(struct submitting *s)
{
    int silent = 0, busy = 0, code = CTL_OK;
    while (!all_answered(s) && code == CTL_OK) {
        uint32_t wait_ms = 0;
        if (!send_unanswered(s, &code, &wait_ms)) {
            if (++silent == ATTEMPTS) {
                link_tell_silence(s->call, s->wait_s * ATTEMPTS);
                return CTL_NO_ANSWER;
            }
        } else if (wait_ms > 0) {
            if (++busy == BUSY_ATTEMPTS) {
                fprintf(
                    stderr,
                    "referralctl: the router is busy and stays so; nothing more was stored. Send the same "
                    "file again later\n");
                return CTL_NO_ANSWER;
            }
            pause_ms(wait_ms < 30000 ? wait_ms : 30000);
        }
    }
    fflush(stdout);
    return code;
}

static void clear_batch(struct submitting *s)
{
    arena_free(s->arena);
    s->arena = arena_new(0);
    s->n = 0;
}

/* ---- the file ---- */

static void take_line(struct submitting *s, struct jsonl *x, struct str text)
{
    struct client_referral r;
    x->arena = s->arena;
    while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r' || text.p[text.n - 1] == ' '))
        text.n--;
    if (text.n == 0)
        return;
    if (!jsonl_read(x, text, &r)) {
        s->faulty++;
        return;
    }
    struct str bytes = client_referral_encode(s->arena, &r);
    if (bytes.p)
        s->items[s->n++] = (struct item){.line = x->line, .bytes = bytes, .agency_ref = r.agency_ref};
}

static int submit_file(struct submitting *s, FILE *f, const char *name)
{
    struct jsonl x = {.err = stderr,
                      .file = name,
                      .today = calendar_day_of_ms(clock_now_ms()),
                      .ref_prefix = call_value(s->call, OPT_REF_PREFIX, NULL)};
    char *line = NULL;
    size_t size = 0;
    ssize_t n;
    int code = CTL_OK;
    clear_batch(s);
    while (code == CTL_OK && s->arena && (n = getline(&line, &size, f)) >= 0) {
        x.line++;
        take_line(s, &x, (struct str){line, (size_t)n});
        if (s->n == s->batch) {
            code = send_batch(s);
            clear_batch(s);
        }
    }
    if (code == CTL_OK && s->n > 0)
        code = send_batch(s);
    if (code == CTL_OK && ferror(f)) {
        fprintf(stderr, "referralctl: %s: %s\n", name, strerror(errno));
        code = CTL_USAGE;
    }
    arena_free(s->arena);
    free(line);
    return code;
}

int run_submit(const struct call *c)
{
    const char *name = c->n_args > 0 ? c->args[0] : "-";
    bool standard = strcmp(name, "-") == 0;
    struct submitting s = {.call = c, .json = call_has(c, OPT_JSON)};
    int64_t batch;
    if (!call_number(c, OPT_TIMEOUT, 1, 3600, 10, &s.wait_s) ||
        !call_number(c, OPT_BATCH, 1, LIMIT_SUBMIT_ITEMS, BATCH_DEFAULT, &batch))
        return CTL_USAGE;
    s.batch = (int)batch;
    FILE *f = standard ? stdin : fopen(name, "re");
    if (!f) {
        fprintf(stderr, "referralctl: %s: %s\n", name, strerror(errno));
        return CTL_USAGE;
    }
    int code = CTL_USAGE;
    if (link_open(c, &s.link)) {
        code = submit_file(&s, f, standard ? "standard input" : name);
        link_close(&s.link);
    }
    if (!standard)
        fclose(f);
    if (s.faulty > 0)
        fprintf(stderr, "referralctl: %d lines were not sent: see above\n", s.faulty);
    if (code == CTL_OK)
        code = s.faulty > 0 ? CTL_USAGE : s.refused > 0 ? CTL_NO : CTL_OK;
    return code;
}
