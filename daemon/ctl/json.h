/*
 * json.h - JSON written as it comes (RFC 8259), text escaped, UTF-8 kept
 */
#ifndef CTL_JSON_H
#define CTL_JSON_H

#include "base/str.h"

#include <stdint.h>
#include <stdio.h>

struct json_out {
    FILE *out;
    bool compact; /* all on one line */
    int depth;
    bool after; /* something stands before on this level */
    bool keyed; /* a key was written; its value follows */
};

void json_open(struct json_out *j, char bracket);  /* '{' or '[' */
void json_close(struct json_out *j, char bracket); /* '}' or ']' */
void json_key(struct json_out *j, const char *key);
/* A string; what is not valid UTF-8 becomes U+FFFD. */
void json_text(struct json_out *j, struct str s);
/* A key and its string; null when it is empty. */
void json_key_text_or_null(struct json_out *j, const char *key, struct str s);
void json_int(struct json_out *j, int64_t v);
void json_raw(struct json_out *j, const char *literal); /* true, false, null, a number */

#endif
