/*
 * follow.c - an agency's journal followed: every step printed, every link verified
 */
#include "ctl/command.h"

#include "base/clock.h"
#include "ctl/json.h"
#include "ctl/layout.h"
#include "ctl/link.h"

enum { QUIET_MS = 15000, QUIET_MAX = 3 };

struct following {
    const struct call *call;
    struct link link;
    bool json, ack;
    int64_t wait_s, credit, count; /* count 0: without end */
    bool placed;                   /* `seq` is known: given, or of the last entry seen */
    bool anchored;                 /* `hash` is known too */
    uint64_t seq;
    struct digest hash;
    int64_t printed;
    uint64_t sent;
};

/* ---- one entry ---- */

static void warning_json(struct json_out *j, const struct warning *w)
{
    char id[ID_TEXT_SIZE];
    const struct {
        const char *key;
        struct str value;
    } texts[] = {
        {"alert", str_from(id_text(w->episode, id))}, {"watch", w->watch},       {"watch_name", w->watch_name},
        {"place", w->place},                          {"place_name", w->place_name}, {"category", w->category},
        {"category_name", w->category_name},
    };
    json_key(j, "warning");
    json_open(j, '{');
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_key(j, texts[i].key);
        json_text(j, texts[i].value);
    }
    json_key(j, "count");
    json_int(j, w->count);
    json_key(j, "agency_refs");
    json_open(j, '[');
    for (int i = 0; i < w->n_referrals; i++)
        json_text(j, w->referrals[i].agency_ref);
    json_close(j, ']');
    json_close(j, '}');
}

static void warning_text(const struct warning *w)
{
    printf("  " STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(w->watch), STR_ARG(w->watch_name), STR_ARG(w->place_name),
           STR_ARG(w->category_name));
    if (w->count)
        printf("  %d referrals", w->count);
    for (int i = 0; i < w->n_referrals; i++)
        printf("%s" STR_FMT, i ? ", " : "\n        ", STR_ARG(w->referrals[i].agency_ref));
}

static void print_json(const struct entry *e, const struct step *s, const struct note *note)
{
    struct json_out j = {.out = stdout, .compact = true};
    char id[ID_TEXT_SIZE], hex[DIGEST_HEX_SIZE], time[TIME_TEXT_SIZE];
    const struct {
        const char *key;
        struct str value;
    } texts[] = {
        {"at", str_from(layout_time(s->at_ms, true, time))},
        {"step", str_from(word_of(step_kind_words, (int)s->kind))},
        {"state", str_from(word_of(state_words, (int)s->state))},
        {"agency_ref", s->agency_ref},
        {"referral", s->warning ? STR("") : str_from(id_text(s->referral, id))},
        {"organisation", s->organisation_id},
        {"organisation_name", s->organisation_name},
        {"partner", s->partner_id},
        {"partner_name", s->partner_name},
        {"rule", s->rule},
        {"reason", s->reason},
        {"conclusion", s->conclusion ? str_from(word_of(conclusion_words, (int)s->conclusion)) : STR("")},
        {"follow_up", s->follow_up ? str_from(word_of(follow_up_kind_words, (int)s->follow_up)) : STR("")},
        {"mediator", s->mediator},
        {"suspension", s->suspension ? str_from(word_of(suspension_reason_words, (int)s->suspension)) : STR("")},
        {"agency_action", s->agency_action ? str_from(word_of(agency_action_words, (int)s->agency_action)) : STR("")},
        {"due", s->due_kind},
        {"actor", s->actor},
        {"note", note ? note->text : STR("")},
        {"hash", str_from(digest_hex(e->hash, hex))},
    };
    json_open(&j, '{');
    json_key(&j, "seq");
    json_int(&j, (int64_t)e->seq);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_key(&j, texts[i].key);
        json_text(&j, texts[i].value);
    }
    json_key(&j, "due_ms");
    json_int(&j, s->due_ms);
    if (s->warning)
        warning_json(&j, s->warning);
    json_close(&j, '}');
    printf("\n");
}

static void print_text(const struct entry *e, const struct step *s, const struct note *note)
{
    char time[TIME_TEXT_SIZE];
    printf("%6llu  %s  ", (unsigned long long)e->seq, layout_time(s->at_ms, false, time));
    layout_padded(stdout, str_from(word_of(step_kind_words, (int)s->kind)), 12, false);
    layout_padded(stdout, str_from(word_zh(step_kind_words, (int)s->kind)), 16, false);
    layout_padded(stdout, s->agency_ref, 24, false);
    if (s->warning)
        warning_text(s->warning);
    else
        printf("  %s", word_of(state_words, (int)s->state));
    if (s->organisation_id.n)
        printf("  " STR_FMT " " STR_FMT, STR_ARG(s->organisation_id), STR_ARG(s->organisation_name));
    if (s->partner_id.n)
        printf("  jointly with " STR_FMT " " STR_FMT, STR_ARG(s->partner_id), STR_ARG(s->partner_name));
    if (s->reason.n)
        printf("  reason=" STR_FMT, STR_ARG(s->reason));
    if (s->conclusion)
        printf("  conclusion=%s", word_of(conclusion_words, (int)s->conclusion));
    if (s->follow_up)
        printf("  follow-up=%s", word_of(follow_up_kind_words, (int)s->follow_up));
    if (s->mediator.n)
        printf("  mediator=" STR_FMT, STR_ARG(s->mediator));
    if (s->suspension)
        printf("  for=%s", word_of(suspension_reason_words, (int)s->suspension));
    if (s->agency_action)
        printf("  to do: %s %s", word_of(agency_action_words, (int)s->agency_action), word_zh(agency_action_words, (int)s->agency_action));
    if (s->due_ms)
        printf("  due " STR_FMT " %s", STR_ARG(s->due_kind), layout_time(s->due_ms, false, time));
    if (note && note->text.n) {
        printf("\n        ");
        layout_padded(stdout, note->text, 0, false);
    }
    printf("\n");
}

/* The chain up to here, or false and told. The first entry that comes is taken as the anchor. */
static bool verify(struct following *f, const struct entry *e)
{
    if (f->placed && e->seq != f->seq + 1) {
        fprintf(stderr, "referralctl: entry %llu came after %llu: the journal has a gap\n",
                (unsigned long long)e->seq, (unsigned long long)f->seq);
        return false;
    }
    if (!client_entry_follows(e, f->anchored ? f->hash : e->previous)) {
        fprintf(stderr,
                "referralctl: entry %llu does not follow from the one before it: journal or connection was "
                "tampered "
                "with. Keep this output, and compare with the receipts\n",
                (unsigned long long)e->seq);
        return false;
    }
    f->placed = f->anchored = true;
    f->seq = e->seq;
    f->hash = e->hash;
    return true;
}

static bool take_entry(struct following *f, struct arena *a, const struct entry *e)
{
    struct step step;
    struct note note;
    if (f->placed && e->seq <= f->seq) /* sent again after a new Follow */
        return true;
    if (!verify(f, e))
        return false;
    if (!step_decode(a, e->body, &step) || step.seq != e->seq) {
        fprintf(stderr, "referralctl: entry %llu holds no step of this journal\n",
                (unsigned long long)e->seq);
        return false;
    }
    bool noted = e->note.n > 0 && note_decode(a, e->note, &note);
    if (f->json)
        print_json(e, &step, noted ? &note : NULL);
    else
        print_text(e, &step, noted ? &note : NULL);
    f->printed++;
    return true;
}

/* ---- the stream ---- */

static struct str next_id(struct following *f, struct arena *a, const char *what)
{
    return arena_printf(a, "%s-%llu", what, (unsigned long long)++f->sent);
}

static bool send_follow(struct following *f, struct arena *a)
{
    return link_send(&f->link,
                     client_follow(a, next_id(f, a, "follow"), f->seq, !f->placed, (uint32_t)f->credit));
}

static bool enough(const struct following *f)
{
    return f->count > 0 && f->printed >= f->count;
}

static int take_entries(struct following *f, struct arena *a, const struct server_message *m)
{
    uint64_t before = f->seq;
    int code = CTL_OK;
    for (int i = 0; i < m->entries.n && code == CTL_OK && !enough(f); i++)
        if (!take_entry(f, a, &m->entries.items[i]))
            code = CTL_NO;
    fflush(stdout);
    if (f->ack && f->anchored && f->seq > before)
        link_send(&f->link, client_ack(a, next_id(f, a, "ack"), f->seq));
    else if (!f->ack && f->seq > before && !enough(f) && code == CTL_OK)
        send_follow(f, a); /* without Ack, new credit comes from a new Follow */
    return code;
}

/* One message, or none for a while. CTL_OK: go on. */
static int turn(struct following *f, struct arena *a, int *quiet)
{
    struct server_message m;
    int64_t wait_ms = *quiet == 0 ? QUIET_MS : f->wait_s * 1000;
    if (!link_receive(&f->link, a, wait_ms, &m)) {
        if (++*quiet > QUIET_MAX) {
            link_tell_silence(f->call, f->wait_s * QUIET_MAX);
            return CTL_NO_ANSWER;
        }
        link_send(&f->link, client_ping(a, next_id(f, a, "ping")));
        send_follow(f, a); /* the daemon may have been restarted: it then knows of no follower */
        return CTL_OK;
    }
    *quiet = 0;
    if (m.kind == SERVER_ENTRIES)
        return take_entries(f, a, &m);
    if (m.kind == SERVER_REFUSAL && m.refusal.retry_after_ms == 0) {
        fprintf(stderr, "referralctl: refused:\n");
        link_print_faults(stderr, m.refusal.faults, "  ");
        return CTL_NO;
    }
    return CTL_OK;
}

static int follow(struct following *f)
{
    int code = CTL_OK, quiet = 1; /* the first answer must come within the time given */
    struct arena *a = arena_new(0);
    if (!a || !link_send(&f->link, client_ping(a, next_id(f, a, "ping"))) || !send_follow(f, a))
        code = CTL_NO_ANSWER;
    while (code == CTL_OK && !enough(f)) {
        arena_free(a);
        a = arena_new(0);
        code = a ? turn(f, a, &quiet) : CTL_NO_ANSWER;
    }
    arena_free(a);
    return code;
}

int run_follow(const struct call *c)
{
    struct following f = {.call = c, .json = call_has(c, OPT_JSON), .ack = !call_has(c, OPT_NO_ACK)};
    int64_t from;
    if (!call_number(c, OPT_FROM, 1, INT64_MAX, 0, &from) ||
        !call_number(c, OPT_COUNT, 1, INT64_MAX, 0, &f.count) ||
        !call_number(c, OPT_CREDIT, 1, 1000, 100, &f.credit) ||
        !call_number(c, OPT_TIMEOUT, 1, 3600, 10, &f.wait_s))
        return CTL_USAGE;
    if (from > 0) {
        f.seq = (uint64_t)from - 1;
        f.placed = true;
        f.anchored = from == 1; /* before the first there are zeros */
    }
    if (!link_open(c, &f.link))
        return CTL_USAGE;
    int code = follow(&f);
    link_close(&f.link);
    return code;
}
