/*
 * progress.c - the line: what, bar, share, count, rate, time left; the less room, the less of it
 */
#include "ctl/progress.h"

#include "base/clock.h"
#include "base/fold.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW_US   100000
#define PATIENCE_US 300000 /* what is done sooner needs no bar */
#define COLUMNS     80
#define BAR_MAX     30
#define BAR_MIN     6
#define ERASE_LINE  "\r\x1b[K"

static int columns_of(FILE *out)
{
    struct winsize size;
    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS;
}

struct progress progress_start(FILE *out, const char *what, uint64_t total)
{
    const char *term = getenv("TERM");
    int64_t now = clock_mono_us();
    return (struct progress){
        .out = out,
        .what = what,
        .total = total,
        .started_us = now,
        .drawn_us = now + PATIENCE_US - REDRAW_US,
        .live = isatty(fileno(out)) && !(term && strcmp(term, "dumb") == 0),
    };
}

void progress_at(struct progress *p, uint64_t done)
{
    char line[PROGRESS_LINE_SIZE];
    int64_t now = p->live ? clock_mono_us() : 0;
    if (!p->live || now - p->drawn_us < REDRAW_US)
        return;
    p->drawn_us = now;
    p->drawn = true;
    /* The last column stays free: a cursor past it would begin a new line. */
    fprintf(p->out, ERASE_LINE "%s",
            progress_line(p->what, done, p->total, now - p->started_us, columns_of(p->out) - 1, line));
    fflush(p->out);
}

void progress_tick(void *context, int done, int total)
{
    struct progress *p = context;
    p->total = (uint64_t)total;
    progress_at(p, (uint64_t)done);
}

void progress_end(struct progress *p)
{
    if (p->drawn)
        fputs(ERASE_LINE, p->out);
    if (p->drawn)
        fflush(p->out);
    p->drawn = p->live = false;
}

/* ---- the line ---- */

/* 12345678 as "12,345,678". */
static const char *grouped(uint64_t n, char out[32])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), at = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

static const char *time_left(uint64_t done, uint64_t total, int64_t elapsed_us, char out[32])
{
    uint64_t seconds = (uint64_t)((double)elapsed_us / 1e6 * (double)(total - done) / (double)done + 0.5);
    if (seconds >= 3600)
        snprintf(out, 32, "%llu:%02llu:%02llu left", (unsigned long long)(seconds / 3600),
                 (unsigned long long)(seconds / 60 % 60), (unsigned long long)(seconds % 60));
    else
        snprintf(out, 32, "%llu:%02llu left", (unsigned long long)(seconds / 60),
                 (unsigned long long)(seconds % 60));
    return out;
}

static void put_bar(char *out, size_t size, int width, double share)
{
    int full = (int)(share * width + 0.5);
    size_t at = strlen(out);
    for (int i = 0; i < width && at + 4 < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s", i < full ? "█" : "░");
}

/* Cuts `line` to `columns`, on a character. */
static void cut(char *line, int columns)
{
    size_t n = strlen(line);
    while (n && text_width((struct str){line, n}) > columns) {
        do
            n--;
        while (n && ((unsigned char)line[n] & 0xC0) == 0x80);
    }
    line[n] = 0;
}

char *progress_line(const char *what, uint64_t done, uint64_t total, int64_t elapsed_us, int columns,
                    char out[PROGRESS_LINE_SIZE])
{
    char tail[192], a[32], b[32], c[32], d[32];
    uint64_t rate = elapsed_us > 0 ? (uint64_t)((double)done * 1e6 / (double)elapsed_us) : 0;
    if (total && done > total)
        done = total;
    double share = total ? (double)done / (double)total : 0;
    if (!total)
        snprintf(tail, sizeof tail, "  %s  %s/s", grouped(done, a), grouped(rate, c));
    else
        snprintf(tail, sizeof tail, " %3d%%  %s/%s  %s/s  %s", (int)(share * 100), grouped(done, a),
                 grouped(total, b), grouped(rate, c), done ? time_left(done, total, elapsed_us, d) : "");
    int room = columns - text_width(str_from(what)) - text_width(str_from(tail)) - 2;
    int width = room > BAR_MAX ? BAR_MAX : room;
    snprintf(out, PROGRESS_LINE_SIZE, "%.200s", what);
    if (total && width >= BAR_MIN) {
        strcat(out, "  ");
        put_bar(out, PROGRESS_LINE_SIZE - sizeof tail, width, share);
    }
    strcat(out, tail);
    cut(out, columns);
    return out;
}
