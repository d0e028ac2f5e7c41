/*
 * logline.c - text and JSON lines, every value escaped
 */
#include "base/logline.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>
#include <utf8proc.h>

#define RESERVED 16 /* at the end of the buffer, for what closes a line that was cut */

struct line {
    char *p;
    size_t n;
    bool cut; /* nothing more is taken but what closes the line */
};

static bool put(struct line *l, struct str s)
{
    if (l->cut || s.n > LOGLINE_SIZE - RESERVED - l->n) {
        l->cut = true;
        return false;
    }
    memcpy(l->p + l->n, s.p, s.n);
    l->n += s.n;
    return true;
}

/* Closing text has room even in a line that was cut. */
static void close_with(struct line *l, const char *z)
{
    size_t n = strlen(z);
    assert(n <= LOGLINE_SIZE - l->n);
    memcpy(l->p + l->n, z, n);
    l->n += n;
}

static void put_int(struct line *l, int64_t i)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%lld", (long long)i);
    put(l, (struct str){digits, (size_t)n});
}

/* One character of `s`, which is not empty, as it may stand between quotes; returns the bytes eaten. */
static size_t put_char(struct line *l, struct str s, bool json)
{
    static const char named[] = "\"\"\\\\\nn\rr\tt"; /* pairs: character, what stands behind the backslash */
    char escape[8];
    utf8proc_int32_t cp;
    unsigned char c = (unsigned char)s.p[0];
    for (size_t i = 0; i + 1 < sizeof named; i += 2) {
        if (named[i] == (char)c) {
            put(l, (struct str){(const char[]){'\\', named[i + 1]}, 2});
            return 1;
        }
    }
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &cp);
    if (n <= 0) {
        snprintf(escape, sizeof escape, "\\x%02x", c);
        put(l, json ? STR("\xef\xbf\xbd") : str_from(escape));
        return 1;
    }
    if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) {
        snprintf(escape, sizeof escape, json ? "\\u%04x" : "\\x%02x", (unsigned)cp);
        put(l, str_from(escape));
    } else {
        put(l, (struct str){s.p, (size_t)n});
    }
    return (size_t)n;
}

static void put_escaped(struct line *l, struct str s, bool json)
{
    while (s.n && !l->cut) {
        size_t eaten = put_char(l, s, json);
        s.p += eaten;
        s.n -= eaten;
    }
}

static bool bare_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=')
            return false;
    }
    return s.n > 0;
}

static void put_text_field(struct line *l, const struct log_field *f)
{
    put(l, STR(" "));
    put(l, str_from(f->key));
    put(l, STR("="));
    if (f->type == LOG_INT) {
        put_int(l, f->i);
    } else if (bare_word(f->s)) {
        put(l, f->s);
    } else if (put(l, STR("\""))) {
        put_escaped(l, f->s, false);
        close_with(l, "\"");
    }
}

static bool left_out(const struct log_field *f)
{
    return f->type == LOG_STR && !f->s.p;
}

static void put_text(struct line *l, const char *event, const char *message, const struct log_field *fields)
{
    put(l, str_from(event));
    put(l, STR("  "));
    put_escaped(l, str_from(message), false);
    bool first = true;
    for (const struct log_field *f = fields; f && f->type != LOG_END && !l->cut; f++) {
        if (left_out(f))
            continue;
        if (first)
            put(l, STR(" "));
        first = false;
        put_text_field(l, f);
    }
    if (l->cut)
        close_with(l, " ...");
}

/* In Asia/Shanghai, whatever the host's zone. */
static void put_time(struct line *l, int64_t ms)
{
    char text[48];
    time_t t = (time_t)(ms / 1000 + 8 * 3600);
    struct tm tm;
    gmtime_r(&t, &tm);
    size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    n += (size_t)snprintf(text + n, sizeof text - n, ".%03d+08:00", (int)(ms % 1000));
    put(l, (struct str){text, n});
}

static const struct {
    const char *word, *shown, *colour;
} levels[] = {
    [LOG_ERROR] = {"error", "error", "\033[1;31m"},
    [LOG_WARNING] = {"warning", "warn ", "\033[1;33m"},
    [LOG_INFO] = {"info", "info ", "\033[32m"},
    [LOG_DEBUG] = {"debug", "debug", "\033[2m"},
};

const char *log_level_word(enum log_level level)
{
    assert(level >= LOG_ERROR && level <= LOG_DEBUG);
    return levels[level].word;
}

size_t logline_text(char *out, int64_t now_ms, enum log_level level, const char *event, const char *message,
                    const struct log_field *fields, bool colour)
{
    struct line l = {.p = out};
    put_time(&l, now_ms);
    put(&l, STR(" "));
    put(&l, str_from(colour ? levels[level].colour : ""));
    put(&l, str_from(levels[level].shown));
    put(&l, str_from(colour ? "\033[0m " : " "));
    put_text(&l, event, message, fields);
    close_with(&l, "\n");
    return l.n;
}

size_t logline_bare(char *out, const char *event, const char *message, const struct log_field *fields)
{
    struct line l = {.p = out};
    put_text(&l, event, message, fields);
    return l.n;
}

/* `,"key":` and its value; all of the key or nothing. */
static void put_json_field(struct line *l, const char *key, const struct log_field *f)
{
    char head[80];
    int n = snprintf(head, sizeof head, ",\"%s\":", key);
    assert(n > 0 && (size_t)n < sizeof head);
    size_t start = l->n;
    if (!put(l, (struct str){head, (size_t)n}))
        return;
    if (f->type == LOG_INT) {
        put_int(l, f->i);
        if (l->cut)
            l->n = start;
    } else if (put(l, STR("\""))) {
        put_escaped(l, f->s, true);
        close_with(l, "\"");
    } else {
        l->n = start;
    }
}

size_t logline_json(char *out, int64_t now_ms, enum log_level level, const char *event, const char *message,
                    const struct log_field *fields)
{
    struct line l = {.p = out};
    put(&l, STR("{\"time\":\""));
    put_time(&l, now_ms);
    put(&l, STR("\""));
    put_json_field(&l, "level", &LOG_Z("", levels[level].word));
    put_json_field(&l, "event", &LOG_Z("", event));
    put_json_field(&l, "message", &LOG_Z("", message));
    for (const struct log_field *f = fields; f && f->type != LOG_END; f++) {
        if (!left_out(f))
            put_json_field(&l, f->key, f);
    }
    close_with(&l, l.cut ? ",\"cut\":true}\n" : "}\n");
    return l.n;
}
