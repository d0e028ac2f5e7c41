/*
 * bind.c - what sealed records are bound to
 */
#include "store/bind.h"

#include <inttypes.h>
#include <stdio.h>

static struct str made(const char *out, int length, size_t size)
{
    if (length < 0)
        length = 0;
    return (struct str){out, (size_t)length < size ? (size_t)length : size - 1};
}

struct str bind_referral(char out[BIND_SIZE], struct id referral)
{
    char text[ID_TEXT_SIZE];
    return made(out, snprintf(out, BIND_SIZE, "referral:%s", id_text(referral, text)), BIND_SIZE);
}

struct str bind_note(char out[BIND_LONG_SIZE], int city, struct str agency, uint64_t seq)
{
    int n = snprintf(out, BIND_LONG_SIZE, "note:%d:" STR_FMT ":%" PRIu64, city, STR_ARG(agency), seq);
    return made(out, n, BIND_LONG_SIZE);
}

struct str bind_supplement(char out[BIND_LONG_SIZE], struct id referral, struct str supplement_ref)
{
    char text[ID_TEXT_SIZE];
    int n = snprintf(out, BIND_LONG_SIZE, "supplement:%s:" STR_FMT, id_text(referral, text),
                     STR_ARG(supplement_ref));
    return made(out, n, BIND_LONG_SIZE);
}

struct str bind_opening(char out[BIND_SIZE], struct id opening)
{
    char text[ID_TEXT_SIZE];
    return made(out, snprintf(out, BIND_SIZE, "opening:%s", id_text(opening, text)), BIND_SIZE);
}

struct str bind_mark(char out[BIND_SIZE], struct id mark)
{
    char text[ID_TEXT_SIZE];
    return made(out, snprintf(out, BIND_SIZE, "mark:%s", id_text(mark, text)), BIND_SIZE);
}

struct str bind_quarantine(char out[BIND_SIZE], struct id quarantine)
{
    char text[ID_TEXT_SIZE];
    return made(out, snprintf(out, BIND_SIZE, "quarantine:%s", id_text(quarantine, text)), BIND_SIZE);
}
