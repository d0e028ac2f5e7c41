/*
 * follower.h - agencies that follow their journal, and how far each has been sent
 */
#ifndef ROLE_FOLLOWER_H
#define ROLE_FOLLOWER_H

#include "base/str.h"

#include <stdint.h>

struct follower {
    int city;
    char *agency;
    char *routing_id;      /* bytes; the newest Follow's connection */
    size_t routing_id_size;
    unsigned char key[32]; /* the CURVE key it follows under: asked again before anything is sent */
    uint64_t sent;         /* last entry sent */
    uint64_t acked;        /* last entry acknowledged, or where the stream began */
    uint32_t credit;       /* entries ahead of acked */
    bool dirty;            /* there may be something new */
    bool greeted;          /* got its first Entries */
};

struct followers {
    struct follower *items;
    size_t n, cap;
};

void followers_free(struct followers *f);
struct follower *followers_find(struct followers *f, int city, struct str agency);
/* Starts or replaces the stream of an agency. NULL when memory is out. */
struct follower *followers_put(struct followers *f, int city, struct str agency, struct str routing_id,
                               const unsigned char key[32]);
/* Ends a stream; the last one takes its place in the list. */
void followers_drop(struct followers *f, struct follower *one);

#endif
