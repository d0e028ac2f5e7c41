/*
 * fuzz_wire_server.c - any bytes as a ServerMessage, with the receipts, steps and referrals inside it
 */
#include "wire/client.h"
#include "wire/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void open_entry(struct arena *a, const struct entry *e)
{
    struct step step;
    struct note note;
    const struct digest zero = {{0}};
    if (step_decode(a, e->body, &step))
        (void)step_encode(a, &step);
    (void)note_decode(a, e->note, &note);
    (void)client_entry_follows(e, zero);
}

static void open_assignment(struct arena *a, const struct assignment_message *m)
{
    struct client_referral r;
    struct client_supplement s;
    if (client_referral_decode(a, m->referral_bytes, &r))
        (void)client_referral_encode(a, &r);
    for (int i = 0; i < m->n_supplements; i++)
        (void)client_supplement_decode(a, m->supplements[i], &s);
    (void)reply_assignment(a, m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)LIMIT_DECODE_MEMORY * 4);
    struct server_message m;
    struct receipt receipt;
    struct str bytes = {(const char *)data, size};
    if (client_receipt_decode(a, bytes, &receipt))
        (void)receipt_encode(a, &receipt);
    if (client_decode(a, bytes, &m)) {
        for (int i = 0; m.kind == SERVER_SUBMIT_REPLY && i < m.submit.n; i++)
            (void)client_receipt_decode(a, m.submit.receipts[i], &receipt);
        for (int i = 0; m.kind == SERVER_ENTRIES && i < m.entries.n; i++)
            open_entry(a, &m.entries.items[i]);
        if (m.kind == SERVER_ASSIGNMENT)
            open_assignment(a, &m.assignment);
        if (m.kind == SERVER_NOTICE)
            (void)reply_notice(a, &m.notice);
    }
    arena_free(a);
    return 0;
}
