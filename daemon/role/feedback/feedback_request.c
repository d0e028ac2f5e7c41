/* feedback_request.c - Follow, Ack and Query answered */
#include "role/feedback/feedback.h"

#include "core/lifecycle.h"

#include "store/reader.h"
#include "wire/reply.h"

enum { ANSWER_BUDGET = 1024 * 1024, CREDIT_DEFAULT = 100 };

/* One request and where its answer goes. */
struct asking {
    struct feedback *f;
    const struct desk_request *r;
    const struct peer *peer;
    struct posting *out;
};

static void refuse(struct asking *q, enum fault_code code, const char *field)
{
    struct faults faults = {.arena = q->out->arena};
    fault_add(&faults, code, "%s", field);
    q->out->frame = reply_refusal(q->out->arena, q->r->request.request_id, &faults, 0);
}

static void busy(struct asking *q)
{
    struct faults none = {.arena = q->out->arena};
    q->out->frame = reply_refusal(q->out->arena, q->r->request.request_id, &none, (uint32_t)q->f->office->settings.busy_retry_after_ms);
}

static void on_follow(struct asking *q)
{
    const struct request_follow *want = &q->r->request.follow;
    struct chain_row chain = {0};
    struct follower *one;
    uint64_t from;
    bool found;
    if (!link_ok(&q->f->link, chain_read(q->f->link.db, q->out->arena, q->peer->city, q->peer->id, &chain, &found), "follow")) {
        busy(q);
        return;
    }
    from = want->from_stored_cursor ? chain.cursor : want->after_seq;
    if (from > chain.seq) {
        refuse(q, FAULT_CURSOR_AHEAD, "after_seq");
        return;
    }
    one = followers_put(&q->f->followers, q->peer->city, q->peer->id, q->r->routing_id, q->r->key);
    if (!one) {
        busy(q);
        return;
    }
    one->sent = one->acked = from;
    one->credit = want->credit ? want->credit : CREDIT_DEFAULT;
}

static void on_ack(struct asking *q)
{
    uint64_t seq = q->r->request.ack.seq, stored = 0;
    struct follower *one = followers_find(&q->f->followers, q->peer->city, q->peer->id);
    bool ahead = false;
    if (!link_ok(&q->f->link, cursor_store(q->f->link.db, q->peer->city, q->peer->id, seq, &stored, &ahead), "ack")) {
        busy(q);
        return;
    }
    if (ahead) {
        refuse(q, FAULT_CURSOR_AHEAD, "seq");
        return;
    }
    if (one && seq > one->acked && seq <= one->sent) {
        one->acked = seq;
        one->dirty = true;
    }
    q->out->frame = reply_ack(q->out->arena, q->r->request.request_id, stored);
}

static void on_query(struct asking *q)
{
    struct case_row row;
    struct id referral;
    bool found;
    struct db *db = q->f->link.db;
    struct str ref = q->r->request.query.agency_ref;
    enum db_result r = case_find(db, q->out->arena, q->peer->city, q->peer->id, ref, &referral, &found);
    if (r == DB_OK && found)
        r = case_read(db, q->out->arena, referral, &row);
    if (!link_ok(&q->f->link, r, "query")) {
        busy(q);
        return;
    }
    if (!found || !row.found) {
        refuse(q, FAULT_REFERRAL_UNKNOWN, "agency_ref");
        return;
    }
    int org = roster_find(&q->r->snapshot->rules->roster, row.docket.organisation);
    struct query_reply reply = {
        .state = (enum state)row.docket.state,
        .referral = referral,
        .organisation_id = row.docket.organisation,
        .organisation_name = org >= 0 ? q->r->snapshot->rules->roster.items[org].name : STR(""),
        .due_kind = row.docket.due_kind ? str_from(word_of(due_words, row.docket.due_kind)) : STR(""),
        .due_ms = row.docket.due_ms,
        .receipt = row.receipt,
    };
    q->out->frame = reply_query(q->out->arena, q->r->request.request_id, &reply);
}

void feedback_request(struct feedback *f, const struct desk_request *r)
{
    struct asking q = {.f = f, .r = r, .peer = &r->snapshot->peers->items[r->peer], .out = posting_new(ANSWER_BUDGET)};
    if (!q.out)
        return;
    q.out->routing_id = arena_str(q.out->arena, r->routing_id);
    q.out->agency = arena_str(q.out->arena, q.peer->id);
    q.out->request_bytes = r->bytes;
    if (!link_db(&f->link))
        busy(&q);
    else if (r->request.kind == REQUEST_FOLLOW)
        on_follow(&q);
    else if (r->request.kind == REQUEST_ACK)
        on_ack(&q);
    else
        on_query(&q);
    feedback_post(f, q.out);
}
