/*
 * seal.c - the key ring, and records sealed under it
 */
#include "base/seal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUITE        0x01
#define KEY_BYTES    crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_BYTES  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES    crypto_aead_xchacha20poly1305_ietf_ABYTES
#define HEADER_BYTES (1 + 4 + NONCE_BYTES)
#define KEY_FILE_MAX 65536
#define KEYS_MAX     256

_Static_assert(KEY_BYTES == crypto_kdf_KEYBYTES, "marks are derived from the keys that seal");
_Static_assert(MARK_SIZE >= crypto_generichash_BYTES_MIN, "a mark is a whole hash");

struct seal_key {
    uint32_t id;
    unsigned char key[KEY_BYTES];
};

struct keyring { /* in guarded memory */
    int n;
    struct seal_key keys[KEYS_MAX];
};

static bool hex_key(struct str hex, unsigned char *key)
{
    size_t n;
    return hex.n == 2 * KEY_BYTES && sodium_hex2bin(key, KEY_BYTES, hex.p, hex.n, NULL, &n, NULL) == 0 &&
           n == KEY_BYTES && !sodium_is_zero(key, KEY_BYTES);
}

/* `KEYID HEX64`, cut at white space. */
static bool parse_key(struct str line, struct seal_key *out)
{
    uint64_t id = 0;
    size_t i = 0;
    while (i < line.n && line.p[i] >= '0' && line.p[i] <= '9' && id <= UINT32_MAX)
        id = id * 10 + (uint64_t)(line.p[i++] - '0');
    if (i == 0 || id == 0 || id > UINT32_MAX || i == line.n || (line.p[i] != ' ' && line.p[i] != '\t'))
        return false;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    out->id = (uint32_t)id;
    return hex_key((struct str){line.p + i, line.n - i}, out->key);
}

static struct str trim(struct str s)
{
    while (s.n && strchr(" \t\r", s.p[s.n - 1]))
        s.n--;
    while (s.n && strchr(" \t", s.p[0])) {
        s.p++;
        s.n--;
    }
    return s;
}

static const struct seal_key *key_of(const struct keyring *k, uint32_t id)
{
    for (int i = 0; i < k->n; i++) {
        if (k->keys[i].id == id)
            return &k->keys[i];
    }
    return NULL;
}

/* Reasons name lines, never their content. */
static bool parse_keys(struct keyring *k, struct str text, char *why, size_t why_size)
{
    for (int line = 1; text.n; line++) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        struct str s = trim((struct str){text.p, n});
        size_t eaten = end ? n + 1 : n;
        text.p += eaten;
        text.n -= eaten;
        if (s.n == 0 || s.p[0] == '#')
            continue;
        if (k->n == KEYS_MAX) {
            snprintf(why, why_size, "line %d: more than %d keys", line, KEYS_MAX);
            return false;
        }
        struct seal_key *key = &k->keys[k->n];
        if (!parse_key(s, key)) {
            snprintf(why, why_size, "line %d: not a key number from 1 and 64 hex digits", line);
            return false;
        }
        if (key_of(k, key->id)) {
            snprintf(why, why_size, "line %d: key number %u occurs twice", line, (unsigned)key->id);
            return false;
        }
        k->n++;
    }
    if (k->n == 0)
        snprintf(why, why_size, "no key in the file");
    return k->n > 0;
}

/* Bytes read into `buf`, or -1 with a reason. */
static ssize_t read_key_file(const char *path, char *buf, size_t size, char *why, size_t why_size)
{
    ssize_t result = -1;
    size_t n = 0;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0) {
        snprintf(why, why_size, "%s", strerror(errno));
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        snprintf(why, why_size, "not a regular file");
        goto out;
    }
    if (st.st_mode & 077) {
        snprintf(why, why_size, "mode %04o lets others read it; make it 0600",
                 (unsigned)(st.st_mode & 07777));
        goto out;
    }
    while (n < size) {
        ssize_t got = read(fd, buf + n, size - n);
        if (got < 0) {
            snprintf(why, why_size, "%s", strerror(errno));
            goto out;
        }
        if (got == 0)
            break;
        n += (size_t)got;
    }
    if (n == size)
        snprintf(why, why_size, "larger than %d bytes", KEY_FILE_MAX);
    else
        result = (ssize_t)n;
out:
    if (fd >= 0)
        close(fd);
    return result;
}

struct keyring *keyring_load(const char *path, char *why, size_t why_size)
{
    struct keyring *k = NULL;
    bool good = false;
    char *text = NULL;
    if (sodium_init() < 0 || !(text = malloc(KEY_FILE_MAX)) || !(k = sodium_malloc(sizeof *k))) {
        snprintf(why, why_size, "out of memory");
        goto out;
    }
    sodium_memzero(k, sizeof *k);
    ssize_t n = read_key_file(path, text, KEY_FILE_MAX, why, why_size);
    if (n < 0)
        goto out;
    good = parse_keys(k, (struct str){text, (size_t)n}, why, why_size);
out:
    if (text)
        sodium_memzero(text, KEY_FILE_MAX);
    free(text);
    if (good)
        sodium_mprotect_readonly(k);
    else
        keyring_free(k);
    return good ? k : NULL;
}

void keyring_free(struct keyring *k)
{
    sodium_free(k);
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done < 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

bool keyring_create(const char *path, char *why, size_t why_size)
{
    unsigned char key[KEY_BYTES];
    char hex[2 * KEY_BYTES + 1], text[2 * KEY_BYTES + 64];
    if (sodium_init() < 0) {
        snprintf(why, why_size, "libsodium does not start");
        return false;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        snprintf(why, why_size, "%s", strerror(errno));
        return false;
    }
    crypto_aead_xchacha20poly1305_ietf_keygen(key);
    sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    int n = snprintf(text, sizeof text, "# key number, key\n1 %s\n", hex);
    bool good = fchmod(fd, 0600) == 0 && write_all(fd, text, (size_t)n) && fsync(fd) == 0;
    if (!good)
        snprintf(why, why_size, "%s", strerror(errno));
    if (close(fd) != 0 && good) {
        snprintf(why, why_size, "%s", strerror(errno));
        good = false;
    }
    if (!good)
        unlink(path);
    sodium_memzero(key, sizeof key);
    sodium_memzero(hex, sizeof hex);
    sodium_memzero(text, sizeof text);
    return good;
}

static const unsigned char *bytes(struct str s)
{
    return (const unsigned char *)(s.n ? s.p : "");
}

struct str seal(const struct keyring *k, struct arena *a, struct str plain, struct str bound_to)
{
    const struct seal_key *key = &k->keys[k->n - 1];
    size_t size = HEADER_BYTES + TAG_BYTES;
    unsigned char *out = plain.n < SIZE_MAX - size ? arena_alloc(a, size += plain.n) : NULL;
    if (!out)
        return (struct str){NULL, 0};
    out[0] = SUITE;
    for (int i = 0; i < 4; i++)
        out[1 + i] = (unsigned char)(key->id >> (24 - 8 * i));
    unsigned char *nonce = out + 5;
    randombytes_buf(nonce, NONCE_BYTES);
    int rc = crypto_aead_xchacha20poly1305_ietf_encrypt(out + HEADER_BYTES, NULL, bytes(plain), plain.n,
                                                        bytes(bound_to), bound_to.n, NULL, nonce, key->key);
    assert(rc == 0);
    return (struct str){(const char *)out, size};
}

struct str unseal(const struct keyring *k, struct arena *a, struct str sealed, struct str bound_to)
{
    const struct str nothing = {NULL, 0};
    const unsigned char *in = bytes(sealed);
    if (sealed.n < HEADER_BYTES + TAG_BYTES || in[0] != SUITE)
        return nothing;
    uint32_t id = (uint32_t)in[1] << 24 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 8 | in[4];
    const struct seal_key *key = key_of(k, id);
    if (!key)
        return nothing;
    size_t n = sealed.n - HEADER_BYTES - TAG_BYTES;
    unsigned char *out = arena_alloc(a, n + 1);
    if (!out || crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + HEADER_BYTES,
                                                           sealed.n - HEADER_BYTES, bytes(bound_to),
                                                           bound_to.n, in + 5, key->key) != 0)
        return nothing;
    return (struct str){(const char *)out, n};
}

int seal_marks(const struct keyring *k, struct str text, struct mark out[MARKS_MAX])
{
    unsigned char key[crypto_generichash_KEYBYTES];
    int n = k->n < MARKS_MAX ? k->n : MARKS_MAX;
    for (int i = 0; i < n; i++) {
        int rc = crypto_kdf_derive_from_key(key, sizeof key, 1, "partymrk", k->keys[k->n - 1 - i].key);
        assert(rc == 0);
        rc = crypto_generichash(out[i].b, sizeof out[i].b, bytes(text), text.n, key, sizeof key);
        assert(rc == 0);
    }
    sodium_memzero(key, sizeof key);
    return n;
}
