/*
 * peerkeys.c - <keys.peers>/<id>.pub: CURVE public keys, one Z85 key a line
 */
#include "conf/peers.h"
#include "conf/z85.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE_MAX 4096
#define KEYS_MAX     8 /* of one peer: one, and another while it is being changed */

struct key_rows {
    const struct peers *peers;
    struct peer_key *keys;
    size_t n, cap;
    struct place *places;
    size_t n_places, cap_places;
};

static bool is_zero(const unsigned char key[32])
{
    unsigned char any = 0;
    for (int i = 0; i < 32; i++)
        any |= key[i];
    return !any;
}

static const struct peer_key *find_key(const struct key_rows *rows, const unsigned char key[32],
                                       size_t *number)
{
    for (*number = 0; *number < rows->n; ++*number)
        if (memcmp(rows->keys[*number].key, key, 32) == 0)
            return &rows->keys[*number];
    return NULL;
}

static bool add_key(struct reading *r, struct key_rows *rows, struct place at, int peer,
                    const unsigned char key[32])
{
    size_t number;
    const struct peer_key *before = find_key(rows, key, &number);
    if (before && before->peer == peer) {
        reading_warn(r, at, "delete this line", "the same key a second time");
        return true;
    }
    if (before)
        return reading_error(r, at, "each peer makes a key pair of its own; ask both which one it is",
                             "this key belongs to `" STR_FMT "` already (%s)",
                             STR_ARG(rows->peers->items[before->peer].id),
                             reading_where(r, rows->places[number]));
    struct peer_key *k = ARENA_PUSH(r->arena, rows->keys, rows->n, rows->cap);
    struct place *place = ARENA_PUSH(r->scratch, rows->places, rows->n_places, rows->cap_places);
    if (!k || !place)
        return reading_full(r);
    memcpy(k->key, key, 32);
    k->peer = peer;
    *place = at;
    return true;
}

static bool read_line(struct reading *r, struct key_rows *rows, const struct text *t, unsigned line, int peer)
{
    struct str s = text_line(t, line);
    struct place at = {t, line, 1, text_columns(s)};
    /* The line itself is not shown: a secret key could be in it by mistake. */
    struct text *hidden = ARENA_NEW(r->scratch, struct text);
    if (hidden) {
        *hidden = *t;
        hidden->n_lines = 0;
        at.text = hidden;
    }
    unsigned char key[32];
    int bad = z85_decode_key(s, key);
    if (bad >= 0 && s.n != Z85_KEY_SIZE)
        return reading_error(r, at, "one Z85 key a line, nothing else; copy it again",
                             "a key has %d characters, this line has %zu", Z85_KEY_SIZE, s.n);
    if (bad >= 0) {
        at.col = (unsigned)bad + 1;
        at.span = 1;
        return reading_error(r, at, "copy it again, from the first character to the last",
                             "not a Z85 key: character %d is wrong", bad + 1);
    }
    if (is_zero(key))
        return reading_error(r, at, "put the peer's public key here", "the key is all zeros");
    return add_key(r, rows, at, peer, key);
}

static void read_keys(struct reading *r, struct key_rows *rows, const struct text *t, int peer)
{
    int n = 0;
    for (unsigned line = 1; line <= t->n_lines; line++) {
        if (text_line(t, line).n == 0)
            continue;
        if (++n > KEYS_MAX) {
            reading_error(r, (struct place){t, 0, 0, 1}, "delete those no longer in use", "more than %d keys",
                          KEYS_MAX);
            return;
        }
        read_line(r, rows, t, line, peer);
    }
    if (n == 0)
        reading_error(r, (struct place){t, 0, 0, 1}, "put the peer's public key in it, or delete the file",
                      "a key file without a key");
}

/* The file's bytes; .p NULL when it cannot be read, or is too long for a key file. */
static struct str read_whole(struct reading *r, const char *path)
{
    struct str bytes = {0};
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= KEY_FILE_MAX) {
        char *p = arena_alloc(r->scratch, KEY_FILE_MAX + 1);
        ssize_t n = p ? read(fd, p, KEY_FILE_MAX) : -1;
        if (n >= 0)
            bytes = (struct str){p, (size_t)n};
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

static void read_key_file(struct reading *r, struct key_rows *rows, const char *keys_dir, const char *name)
{
    struct str stem = {name, strlen(name) - 4};
    struct source_file f = {.name = arena_str(r->scratch, str_from(name))};
    const char *path = reading_hint(r, "%s/%s", keys_dir, name);
    f.bytes = path ? read_whole(r, path) : (struct str){0};
    bool readable = f.bytes.p != NULL;
    if (!readable)
        f.bytes = STR("");
    const struct text *t = text_new(r->scratch, keys_dir, &f);
    int peer = peers_by_id(rows->peers, stem);
    if (!t)
        reading_full(r);
    else if (!readable)
        reading_error(r, (struct place){.text = t},
                      "a key file is a plain file of at most 4 KiB that the daemon may read",
                      "this key file cannot be read");
    else if (peer < 0)
        reading_warn(r, (struct place){.text = t},
                     "check the name against the ids in peers/*.yaml, or delete the file",
                     "a key file for `" STR_FMT "`, which is not a peer", STR_ARG(stem));
    else
        read_keys(r, rows, t, peer);
}

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct peer_key *)a)->key, ((const struct peer_key *)b)->key, 32);
}

static int is_key_file(const struct dirent *e)
{
    size_t n = strlen(e->d_name);
    return e->d_name[0] != '.' && n > 4 && strcmp(e->d_name + n - 4, ".pub") == 0;
}

void peer_keys_read(struct reading *r, const char *keys_dir, struct peers *out)
{
    struct key_rows rows = {.peers = out};
    struct dirent **names = NULL;
    int n = scandir(keys_dir, &names, is_key_file, alphasort);
    if (n < 0 && errno != ENOENT) {
        struct source_file f = {.name = STR("")};
        f.bytes = STR("");
        reading_error(r, (struct place){.text = text_new(r->scratch, keys_dir, &f)},
                      "check `keys.peers` in referrald.yaml", "the directory of peers' keys cannot be read");
    }
    for (int i = 0; i < n; i++) {
        read_key_file(r, &rows, keys_dir, names[i]->d_name);
        free(names[i]);
    }
    free(names);
    if (rows.n)
        qsort(rows.keys, rows.n, sizeof(*rows.keys), by_key);
    struct peer *items = (struct peer *)out->items;
    for (size_t i = 0; i < rows.n; i++)
        items[rows.keys[i].peer].enrolled = true;
    out->keys = rows.keys;
    out->n_keys = (int)rows.n;
}
