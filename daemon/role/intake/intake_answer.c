/* intake_answer.c - what a keeper gave back becomes the answer to its sender */
#include "base/clock.h"
#include "role/intake/intake.h"
#include "wire/reply.h"

static uint32_t retry_after(const struct intake *in)
{
    return (uint32_t)in->office->settings.busy_retry_after_ms;
}

/* A receipt for an item that never reached a keeper, or came back undone. */
static struct str local_receipt(struct intake *in, struct work *w, const struct work_item *item)
{
    struct receipt r = {.agency_ref = item->agency_ref};
    /* Without a receipt: undone, or there was no memory for it. Asking again tells. What has no number is refused in any case. */
    if (item->verdict == REFERRAL_OK || (w->busy && (item->verdict != REFERRAL_FAULTY || !str_empty(item->agency_ref)))) {
        r.status = RECEIPT_BUSY;
        r.retry_after_ms = retry_after(in);
        metrics_add(&in->office->metrics, COUNT_BUSY, 1);
    } else {
        r.status = RECEIPT_REFUSED;
        r.content = &item->content;
        r.faults = &item->faults;
        metrics_add(&in->office->metrics, COUNT_INVALID, 1);
    }
    return receipt_encode(w->arena, &r);
}

static struct str submit_reply(struct intake *in, struct work *w)
{
    int n = w->submit.n;
    struct str *receipts = ARENA_ARRAY(w->arena, (size_t)n, struct str);
    bool *duplicate = ARENA_ARRAY(w->arena, (size_t)n, bool);
    if (!receipts || !duplicate)
        return (struct str){0};
    for (int i = 0; i < n; i++) {
        struct work_item *item = &w->submit.items[i];
        receipts[i] = item->receipt.n ? item->receipt : local_receipt(in, w, item);
        duplicate[i] = item->duplicate;
    }
    return reply_submit(w->arena, w->request_id, receipts, duplicate, n);
}

static struct str refusal(struct intake *in, struct work *w)
{
    return reply_refusal(w->arena, w->request_id, &w->submit.items[0].faults, w->busy ? retry_after(in) : 0);
}

static struct str step_answer(struct intake *in, struct work *w)
{
    const struct work_event *e = &w->event;
    struct step_reply r = {
        .done = e->done,
        .faults = &e->faults,
        .journal_seq = e->journal_seq,
        .journal_hash = e->done && !e->repeat ? &e->journal_hash : NULL,
        .retry_after_ms = w->busy ? retry_after(in) : 0,
    };
    return reply_step(w->arena, w->request_id, &r);
}

void intake_answer(struct intake *in, struct work *w)
{
    struct str frame;
    if (w->kind == WORK_EVENT)
        frame = step_answer(in, w);
    else if (w->submit.whole_frame)
        frame = refusal(in, w);
    else
        frame = submit_reply(in, w);
    intake_send(in, w->routing_id, frame);
    if (!w->busy)
        metrics_observe(&in->office->metrics, HIST_RECEIPT_US, (uint64_t)(clock_mono_us() - w->arrived_mono_us));
    work_free(w);
}
