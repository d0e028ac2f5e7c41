/*
 * keys.c - CURVE keys in files
 */
#include "transport/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define KEY_FILE_MAX 4096
#define PATH_SIZE    4096

char *key_text(const unsigned char key[32], char out[KEY_Z85_SIZE])
{
    return zmq_z85_encode(out, key, 32);
}

/* Reads a whole small file into `out`, NUL-terminated. With `secret`, only one that nobody else may read. */
static bool file_read(const char *path, bool secret, char out[KEY_FILE_MAX], char *why, size_t why_size)
{
    struct stat st;
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        snprintf(why, why_size, "%s: not a file", path);
        goto out;
    }
    if (secret && (st.st_mode & (S_IRWXG | S_IRWXO))) {
        snprintf(why, why_size, "%s: others may read this secret key (mode %04o); chmod 600 it", path,
                 (unsigned)(st.st_mode & 07777));
        goto out;
    }
    got = read(fd, out, KEY_FILE_MAX);
    if (got < 0 || got == KEY_FILE_MAX) {
        snprintf(why, why_size, "%s: %s", path, got < 0 ? strerror(errno) : "too long for a key file");
        got = -1;
        goto out;
    }
    out[got] = '\0';
out:
    if (fd >= 0)
        close(fd);
    return got >= 0;
}

/* Finds the one key in a file's text. */
static bool key_find(char *text, unsigned char out[32])
{
    unsigned char key[32];
    char *rest = NULL;
    int found = 0;
    for (char *line = strtok_r(text, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
        size_t n = strcspn(line, "#") == 0 ? 0 : strlen(line);
        while (n && (line[n - 1] == ' ' || line[n - 1] == '\t'))
            line[--n] = '\0';
        if (n == 0)
            continue;
        if (n != KEY_Z85_SIZE - 1 || !zmq_z85_decode(key, line))
            return false;
        found++;
    }
    if (found == 1)
        memcpy(out, key, sizeof(key));
    sodium_memzero(key, sizeof(key));
    return found == 1;
}

static bool key_read(const char *path, bool secret, unsigned char out[32], char *why, size_t why_size)
{
    char text[KEY_FILE_MAX];
    bool ok = file_read(path, secret, text, why, why_size);
    if (ok && !key_find(text, out)) {
        snprintf(why, why_size, "%s: should hold one key of 40 characters (Z85)", path);
        ok = false;
    }
    sodium_memzero(text, sizeof(text));
    return ok;
}

bool key_public_load(const char *path, unsigned char out[32], char *why, size_t why_size)
{
    return key_read(path, false, out, why, why_size);
}

bool key_pair_load(const char *path, struct key_pair *out, char *why, size_t why_size)
{
    struct key_pair pair;
    char secret[KEY_Z85_SIZE], public[KEY_Z85_SIZE];
    bool ok = key_read(path, true, pair.secret_key, why, why_size);
    if (!ok)
        return false;
    key_text(pair.secret_key, secret);
    if (zmq_curve_public(public, secret) != 0 || !zmq_z85_decode(pair.public_key, public)) {
        snprintf(why, why_size, "%s: no public key belongs to this secret key", path);
        ok = false;
    }
    if (ok)
        *out = pair;
    sodium_memzero(secret, sizeof(secret));
    sodium_memzero(&pair, sizeof(pair));
    return ok;
}

/* A new file with one line; what could not be written whole is removed. */
static bool file_create(const char *path, mode_t mode, const char *line, char *why, size_t why_size)
{
    int failed = 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        return false;
    }
    if (dprintf(fd, "%s\n", line) != (int)strlen(line) + 1 || fchmod(fd, mode) != 0 || fsync(fd) != 0)
        failed = errno ? errno : EIO;
    if (close(fd) != 0 && !failed)
        failed = errno;
    if (failed) {
        snprintf(why, why_size, "%s: %s", path, strerror(failed));
        unlink(path);
    }
    return failed == 0;
}

bool key_pair_create(const char *dir, const char *name, struct key_pair *out, char *why, size_t why_size)
{
    char secret_path[PATH_SIZE], public_path[PATH_SIZE], public[KEY_Z85_SIZE], secret[KEY_Z85_SIZE];
    struct key_pair pair;
    bool ok = false;
    if (!*name || strchr(name, '/') || *name == '.') {
        snprintf(why, why_size, "`%s` cannot name a key file", name);
        return false;
    }
    if (snprintf(secret_path, PATH_SIZE, "%s/%s.key", dir, name) >= PATH_SIZE ||
        snprintf(public_path, PATH_SIZE, "%s/%s.pub", dir, name) >= PATH_SIZE) {
        snprintf(why, why_size, "%s: path too long", dir);
        return false;
    }
    if (zmq_curve_keypair(public, secret) != 0 || !zmq_z85_decode(pair.public_key, public) ||
        !zmq_z85_decode(pair.secret_key, secret)) {
        snprintf(why, why_size, "cannot make a key pair: %s", zmq_strerror(errno));
        goto out;
    }
    /* The public one first: a public key without its secret lets nobody in. */
    if (!file_create(public_path, 0644, public, why, why_size))
        goto out;
    if (!file_create(secret_path, 0600, secret, why, why_size)) {
        unlink(public_path);
        goto out;
    }
    *out = pair;
    ok = true;
out:
    sodium_memzero(secret, sizeof(secret));
    sodium_memzero(&pair, sizeof(pair));
    return ok;
}
