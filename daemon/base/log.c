/*
 * log.c - where log lines go: the journal or stderr
 */
#include <errno.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#undef LOG_WARNING /* <syslog.h> has its own numbers under our names */
#undef LOG_INFO
#undef LOG_DEBUG

#include "base/clock.h"
#include "base/log.h"
#include "base/logline.h"
#include "base/repeat.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL_FIELDS_MAX 32
#define JOURNAL_VALUE_MAX  1024

static atomic_int format = LOG_TEXT, wanted = LOG_INFO;
static atomic_bool colour;
static atomic_ullong dropped, suppressed;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* over `repeat` and a line's way out */
static struct repeat repeat;

/* systemd names the stream it connected stderr to as "device:inode". */
static bool stderr_is_journal(void)
{
    const char *name = getenv("JOURNAL_STREAM");
    struct stat st;
    char here[64];
    if (!name || fstat(STDERR_FILENO, &st) != 0)
        return false;
    snprintf(here, sizeof here, "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    return strcmp(name, here) == 0;
}

void log_setup(enum log_format f, enum log_level level)
{
    if (f == LOG_AUTO)
        f = stderr_is_journal() ? LOG_JOURNAL : LOG_TEXT;
    const char *no_colour = getenv("NO_COLOR");
    colour = isatty(STDERR_FILENO) && !(no_colour && *no_colour);
    format = (int)f;
    wanted = (int)level;
}

bool log_wanted(enum log_level level)
{
    return (int)level <= wanted;
}

uint64_t log_dropped(void)
{
    return dropped;
}

uint64_t log_suppressed(void)
{
    return suppressed;
}

/* Never waits for a reader that has stopped. Called with the mutex held. */
static bool write_stderr(const char *line, size_t n)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&out, 1, 0) != 1 || !(out.revents & POLLOUT))
        return false;
    return write(STDERR_FILENO, line, n) == (ssize_t)n;
}

struct journal {
    struct iovec fields[JOURNAL_FIELDS_MAX];
    int n;
    char texts[JOURNAL_FIELDS_MAX][JOURNAL_VALUE_MAX];
};

/* KEY=value, the key in capitals. */
static void journal_add(struct journal *j, const char *key, struct str value)
{
    if (j->n == JOURNAL_FIELDS_MAX)
        return;
    char *text = j->texts[j->n];
    size_t n = 0;
    for (; key[n] && n < 64; n++)
        text[n] = key[n] >= 'a' && key[n] <= 'z' ? (char)(key[n] - 'a' + 'A') : key[n];
    text[n++] = '=';
    size_t room = JOURNAL_VALUE_MAX - n, length = value.n < room ? value.n : room;
    if (length)
        memcpy(text + n, value.p, length);
    j->fields[j->n++] = (struct iovec){text, n + length};
}

static bool write_journal(enum log_level level, const char *event, const char *message,
                          const struct log_field *fields)
{
    static const char *const priorities[] = {
        [LOG_ERROR] = "3", [LOG_WARNING] = "4", [LOG_INFO] = "6", [LOG_DEBUG] = "7"};
    char text[LOGLINE_SIZE + 8] = "MESSAGE=", digits[24];
    struct journal j;
    j.n = 0;
    journal_add(&j, "priority", str_from(priorities[level]));
    journal_add(&j, "event", str_from(event));
    size_t n = logline_bare(text + 8, event, message, fields);
    j.fields[j.n++] = (struct iovec){text, 8 + n};
    for (const struct log_field *f = fields; f && f->type != LOG_END; f++) {
        if (f->type == LOG_INT) {
            snprintf(digits, sizeof digits, "%lld", (long long)f->i);
            journal_add(&j, f->key, str_from(digits));
        } else if (f->s.p) {
            journal_add(&j, f->key, f->s);
        }
    }
    return sd_journal_sendv(j.fields, j.n) >= 0;
}

/* Called with the mutex held. */
static void emit(enum log_level level, const char *event, const char *message, const struct log_field *fields)
{
    char line[LOGLINE_SIZE];
    bool written;
    size_t n;
    switch ((enum log_format)format) {
    case LOG_JOURNAL:
        written = write_journal(level, event, message, fields);
        break;
    case LOG_JSON:
        n = logline_json(line, clock_now_ms(), level, event, message, fields);
        written = write_stderr(line, n);
        break;
    default:
        n = logline_text(line, clock_now_ms(), level, event, message, fields, colour);
        written = write_stderr(line, n);
    }
    if (!written)
        dropped++;
}

static struct str peer_of(const struct log_field *fields)
{
    for (const struct log_field *f = fields; f && f->type != LOG_END; f++) {
        if (f->type == LOG_STR && strcmp(f->key, "peer") == 0)
            return f->s;
    }
    return (struct str){NULL, 0};
}

/* A line about one referral or one assignment is never like another one. */
static bool tells_a_case(const struct log_field *fields)
{
    for (; fields && fields->type != LOG_END; fields++)
        if (strcmp(fields->key, "referral") == 0 || strcmp(fields->key, "assignment") == 0)
            return true;
    return false;
}

void log_event(enum log_level level, const char *event, const char *message, const struct log_field *fields)
{
    struct repeat_told told;
    assert(event && message);
    if (!log_wanted(level))
        return;
    int64_t now = clock_mono_ms();
    pthread_mutex_lock(&mutex);
    while (repeat_tell(&repeat, now, &told)) {
        struct str who = told.who[0] ? str_from(told.who) : (struct str){NULL, 0};
        emit((enum log_level)told.level, told.what, "more lines like this one were held back",
             LOG_FIELDS(LOG_S("peer", who), LOG_I("held_back", told.held)));
    }
    if (tells_a_case(fields) || repeat_pass(&repeat, str_from(event), peer_of(fields), (int)level, now))
        emit(level, event, message, fields);
    else
        suppressed++;
    pthread_mutex_unlock(&mutex);
}
