/*
 * json.c - JSON written as it comes
 */
#include "ctl/json.h"

#include <utf8proc.h>

static void new_line(struct json_out *j)
{
    if (j->compact)
        return;
    fputc('\n', j->out);
    for (int i = 0; i < j->depth; i++)
        fputs("  ", j->out);
}

static void next(struct json_out *j)
{
    if (j->keyed) {
        j->keyed = false;
        return;
    }
    if (j->after)
        fputs(j->compact ? ", " : ",", j->out);
    if (j->depth > 0)
        new_line(j);
    j->after = true;
}

void json_open(struct json_out *j, char bracket)
{
    next(j);
    fputc(bracket, j->out);
    j->depth++;
    j->after = false;
}

void json_close(struct json_out *j, char bracket)
{
    j->depth--;
    if (j->after)
        new_line(j);
    fputc(bracket, j->out);
    j->after = true;
}

static void escape(FILE *out, int32_t c)
{
    static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *at = c > 0 && c < 128 ? strchr(names, (int)c) : NULL;
    if (at)
        fprintf(out, "\\%c", letters[at - names]);
    else
        fprintf(out, "\\u%04x", (unsigned)c);
}

static void quoted(FILE *out, struct str s)
{
    fputc('"', out);
    for (size_t i = 0; i < s.n;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)s.p + i, (utf8proc_ssize_t)(s.n - i), &c);
        if (n <= 0) {
            fputs("\xef\xbf\xbd", out);
            i++;
            continue;
        }
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
            escape(out, c);
        else
            fwrite(s.p + i, 1, (size_t)n, out);
        i += (size_t)n;
    }
    fputc('"', out);
}

void json_key(struct json_out *j, const char *key)
{
    next(j);
    quoted(j->out, str_from(key));
    fputs(": ", j->out);
    j->keyed = true;
}

void json_text(struct json_out *j, struct str s)
{
    next(j);
    quoted(j->out, s);
}

void json_int(struct json_out *j, int64_t v)
{
    next(j);
    fprintf(j->out, "%lld", (long long)v);
}

void json_raw(struct json_out *j, const char *literal)
{
    next(j);
    fputs(literal, j->out);
}

void json_key_text_or_null(struct json_out *j, const char *key, struct str s)
{
    json_key(j, key);
    if (s.n)
        json_text(j, s);
    else
        json_raw(j, "null");
}
