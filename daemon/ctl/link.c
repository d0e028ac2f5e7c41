/*
 * link.c - a connection as an agency or a receiver has it
 */
#include "ctl/link.h"

#include "base/clock.h"
#include "transport/box.h"

#include <string.h>

bool link_keys(const struct call *c, unsigned char router[32], struct key_pair *own)
{
    char why[512];
    if (!key_public_load(call_value(c, OPT_ROUTER_KEY, ""), router, why, sizeof(why))) {
        fprintf(stderr, "referralctl: --router-key: %s\n  the router's administrator gives out router.pub\n",
                why);
        return false;
    }
    if (!key_pair_load(call_value(c, OPT_KEY, ""), own, why, sizeof(why))) {
        fprintf(stderr,
                "referralctl: --key: %s\n  `referralctl peer keygen NAME --out DIR` makes a key pair\n", why);
        return false;
    }
    return true;
}

bool link_open(const struct call *c, struct link *out)
{
    unsigned char router[32];
    struct key_pair own;
    char why[256] = "out of memory";
    if (!link_keys(c, router, &own))
        return false;
    struct link l = {.hub = hub_open_client()};
    if (l.hub)
        l.socket = socket_dealer(l.hub, call_value(c, OPT_ENDPOINT, ""), router, &own, why, sizeof(why));
    if (!l.socket) {
        fprintf(stderr, "referralctl: --endpoint: %s\n  write tcp://ADDRESS:PORT\n", why);
        hub_close(l.hub);
        return false;
    }
    *out = l;
    return true;
}

void link_close(struct link *l)
{
    socket_close(l->socket);
    hub_close(l->hub);
}

bool link_send(struct link *l, struct str message)
{
    return message.p && socket_send(l->socket, (struct str){NULL, 0}, message) == SEND_OK;
}

bool link_receive(struct link *l, struct arena *a, int64_t wait_ms, struct server_message *out)
{
    void *input = socket_zmq(l->socket);
    int64_t until = clock_mono_ms() + wait_ms;
    for (;;) {
        struct received r;
        bool ready;
        enum receive_result result = socket_receive(l->socket, a, &r);
        if (result == RECEIVE_OK && client_decode(a, r.frame, out))
            return true;
        if (result != RECEIVE_NONE)
            fprintf(stderr, "referralctl: a message came that cannot be read; is this the router?\n");
        int64_t left = until - clock_mono_ms();
        if (left <= 0)
            return false;
        box_wait(&input, 1, left < 1000 ? (int)left : 1000, &ready);
    }
}

void link_tell_silence(const struct call *c, int64_t wait_s)
{
    fprintf(stderr,
            "referralctl: no answer from %s within %lld s\n"
            "  `referralctl ping` with the same --endpoint, --router-key and --key tells what is wrong\n",
            call_value(c, OPT_ENDPOINT, ""), (long long)wait_s);
}

void link_print_faults(FILE *out, const struct faults *f, const char *indent)
{
    for (size_t i = 0; f && i < f->n; i++) {
        const struct fault *x = &f->items[i];
        fprintf(out, "%s" STR_FMT "%s" STR_FMT " (%s)", indent, STR_ARG(x->field), x->field.n ? ": " : "",
                STR_ARG(x->text), fault_word(x->code));
        if (x->text_zh.n)
            fprintf(out, " " STR_FMT, STR_ARG(x->text_zh));
        if (x->basis.n)
            fprintf(out, " [" STR_FMT "]", STR_ARG(x->basis));
        fputc('\n', out);
    }
}
