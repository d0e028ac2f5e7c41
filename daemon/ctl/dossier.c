/*
 * dossier.c - `dossier`: asked of the daemon, shown, and written as a page
 */
#include "ctl/dossier.h"

#include "ctl/remote.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { DOSSIER_BUDGET = 512 * 1024 * 1024, PAGE_MODE = 0600 };

/* For its owner alone: what was opened stands in it. A question that found no referral leaves no page behind. */
static bool write_page(const char *path, const struct sheets *s)
{
    if (s->n == 0 || strcmp(s->items[0].name, "facts") != 0)
        return true;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, PAGE_MODE);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool good = out;
    if (good) {
        dossier_page(out, s);
        good = !ferror(out);
        good = fclose(out) == 0 && good;
    } else if (fd >= 0) {
        close(fd);
    }
    if (!good)
        fprintf(stderr, "referralctl: %s: %s\n", path, strerror(errno));
    return good;
}

int run_dossier(const struct call *c)
{
    const char *page = call_value(c, OPT_HTML, NULL);
    struct arena *a = arena_new(DOSSIER_BUDGET);
    struct sheets answer;
    int code = a ? remote_call(a, c, &answer) : CTL_NO_ANSWER;
    bool asked = code == CTL_OK;
    if (asked)
        code = remote_print(c, &answer);
    if (asked && page && !write_page(page, &answer))
        code = CTL_USAGE;
    arena_free(a);
    return code;
}
