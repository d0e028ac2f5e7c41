/*
 * peers.h - agencies and receivers as they are read, before they become a registry
 */
#ifndef CONF_PEERS_H
#define CONF_PEERS_H

#include "conf/lists.h"
#include "core/peer.h"

struct peer_place {
    struct place id, serves;
};

struct peer_rows {
    struct peer *items;
    size_t n, cap;
    struct peer_place *places; /* as many as items */
    size_t n_places, cap_places;
    struct index *by_id;
};

/* A file of peers/. */
extern const struct shape peers_file_shape;
/* Reads peers/NAME.yaml. */
void peers_read(struct reading *r, struct peer_rows *rows);
/* Gives every receiver what it serves; reports organisations that nobody serves, and unknown stations. */
void peers_join_roster(struct reading *r, struct peer_rows *rows);
/* Reads <keys_dir>/<id>.pub for the peers of `out`, and marks those enrolled. */
void peer_keys_read(struct reading *r, const char *keys_dir, struct peers *out);

#endif
