/*
 * remote.c - questions to the daemon: what it is asked, and its answer shown
 */
#include "ctl/remote.h"

#include "base/clock.h"
#include "ctl/layout.h"
#include "ctl/place.h"
#include "transport/box.h"
#include "transport/socket.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ASK_BUDGET = 512 * 1024 * 1024 };

/* Whoever became root by sudo is still who they are. */
static struct str operator_name(struct arena *a)
{
    const char *sudo = geteuid() == 0 ? getenv("SUDO_USER") : NULL;
    const struct passwd *p = getpwuid(getuid());
    if (sudo && *sudo)
        return arena_str(a, str_from(sudo));
    return p ? arena_str(a, str_from(p->pw_name)) : arena_printf(a, "uid-%u", (unsigned)getuid());
}

/* ZeroMQ connects in the background and never says why it can't: so a plain connection first. */
static bool reachable(const char *endpoint)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = endpoint + strlen("ipc://");
    if (strlen(path) >= sizeof(address.sun_path)) {
        fprintf(stderr, "referralctl: %s: the path of a socket has at most %zu bytes\n", path,
                sizeof(address.sun_path) - 1);
        return false;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
        close(fd);
        return true;
    }
    int failed = errno;
    if (fd >= 0)
        close(fd);
    const char *todo = "is -c the daemon's configuration directory?";
    if (failed == ENOENT || failed == ECONNREFUSED)
        todo = "the daemon is not running, or listens elsewhere: `systemctl status referrald`; is -c right?";
    else if (failed == EACCES)
        todo = "you may not use it: join the group of the socket, or use sudo";
    fprintf(stderr, "referralctl: %s: %s\n  %s\n", path, strerror(failed), todo);
    return false;
}

static bool receive(struct arena *a, struct socket *s, int64_t until_ms, struct str *frame)
{
    void *input = socket_zmq(s);
    struct received r;
    bool ready;
    for (;;) {
        int64_t left = until_ms - clock_mono_ms();
        if (left <= 0)
            return false;
        if (box_wait(&input, 1, left < 1000 ? (int)left : 1000, &ready) <= 0)
            continue;
        if (socket_receive(s, a, &r) == RECEIVE_OK) {
            *frame = r.frame;
            return true;
        }
    }
}

static int exchange(struct arena *a, struct socket *s, int wait_s, struct str request, struct sheets *out)
{
    struct str frame;
    if (!request.p || socket_send(s, (struct str){NULL, 0}, request) != SEND_OK) {
        fprintf(stderr, "referralctl: cannot send to the daemon\n");
        return CTL_NO_ANSWER;
    }
    if (!receive(a, s, clock_mono_ms() + 1000 * (int64_t)wait_s, &frame)) {
        fprintf(stderr,
                "referralctl: no answer within %d s; the daemon listens but does not answer: see its log\n",
                wait_s);
        return CTL_NO_ANSWER;
    }
    if (!control_reply_decode(a, frame, out)) {
        fprintf(
            stderr,
            "referralctl: the answer cannot be read; are referralctl (%s) and referrald of one version?\n",
            VERSION);
        return CTL_NO_ANSWER;
    }
    return CTL_OK;
}

int remote_ask(struct arena *a, const struct call *c, const struct str *words, int n, struct sheets *out)
{
    char why[256];
    const char *endpoint = place_control(a, c);
    if (!endpoint)
        return CTL_USAGE;
    if (!reachable(endpoint))
        return CTL_NO_ANSWER;
    struct hub *hub = hub_open_client();
    struct socket *s = hub ? socket_control_client(hub, endpoint, why, sizeof(why)) : NULL;
    int code = CTL_NO_ANSWER;
    if (s) {
        const struct control_request request = {.words = words, .n = n, .operator_name = operator_name(a)};
        code = exchange(a, s, c->command->wait_s, control_request_encode(a, &request), out);
    } else {
        fprintf(stderr, "referralctl: %s\n", hub ? why : "out of memory");
    }
    socket_close(s);
    hub_close(hub);
    return code;
}

int remote_print(const struct call *c, const struct sheets *s)
{
    if (call_has(c, OPT_JSON))
        layout_json(stdout, s);
    else
        layout_text(stdout, s, layout_colour(stdout));
    if (str_empty(s->error))
        return CTL_OK;
    fflush(stdout);
    if (!call_has(c, OPT_JSON) || isatty(STDERR_FILENO))
        fprintf(stderr, "referralctl: " STR_FMT "\n", STR_ARG(s->error));
    return CTL_NO;
}

/* Options that are this program's own; all others are the daemon's. */
static const uint64_t local = OPT(CONFIG) | OPT(SOCKET) | OPT(HELP) | OPT(JSON) | OPT(OUT) | OPT(HTML);

int remote_call(struct arena *a, const struct call *c, struct sheets *out)
{
    struct str *words = ARENA_ARRAY(a, 4 + CALL_ARGS_MAX + 2 * CALL_GIVEN_MAX, struct str);
    int n = 0;
    if (!words)
        return CTL_NO_ANSWER;
    for (struct str rest = str_from(c->command->words); rest.n > 0;) {
        size_t length = strcspn(rest.p, " ");
        words[n++] = (struct str){rest.p, length};
        length += rest.p[length] == ' ';
        rest = (struct str){rest.p + length, rest.n - length};
    }
    for (int i = 0; i < c->n_args; i++)
        words[n++] = str_from(c->args[i]);
    for (int i = 0; i < c->n_given; i++) {
        if (local >> c->given[i].id & 1)
            continue;
        words[n++] = arena_printf(a, "--%s", ctl_options[c->given[i].id].name);
        if (c->given[i].value)
            words[n++] = str_from(c->given[i].value);
    }
    return remote_ask(a, c, words, n, out);
}

int run_remote(const struct call *c)
{
    struct arena *a = arena_new(ASK_BUDGET);
    struct sheets answer;
    int code = a ? remote_call(a, c, &answer) : CTL_NO_ANSWER;
    if (code == CTL_OK)
        code = remote_print(c, &answer);
    arena_free(a);
    return code;
}
