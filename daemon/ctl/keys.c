/*
 * keys.c - making keys: a CURVE pair for a peer or the router, the ring that seals personal data
 */
#include "ctl/command.h"

#include "base/seal.h"
#include "transport/keys.h"

#include <stdio.h>
#include <string.h>

/* The name becomes two file names and, for a peer, must be its id: so nothing that leads elsewhere. */
static bool name_fits(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > 64 || name[0] == '.')
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = name[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && c != '-' && c != '_' && c != '.')
            return false;
    }
    return true;
}

int run_peer_keygen(const struct call *c)
{
    const char *name = c->args[0], *dir = call_value(c, OPT_OUT, "");
    struct key_pair pair;
    char why[512], text[KEY_Z85_SIZE];
    if (!name_fits(name)) {
        fprintf(stderr,
                "referralctl: `%s`: a name has 1 to 64 letters, digits, '-', '_' and '.'; for a peer it is "
                "its id\n",
                name);
        return CTL_USAGE;
    }
    if (!key_pair_create(dir, name, &pair, why, sizeof(why))) {
        fprintf(stderr, "referralctl: %s\n", why);
        return CTL_USAGE;
    }
    printf("%s/%s.key  secret: stays with its owner, mode 0600\n"
           "%s/%s.pub  public: %s\n",
           dir, name, dir, name, key_text(pair.public_key, text));
    memset(&pair, 0, sizeof(pair));
    return CTL_OK;
}

int run_keys_personal(const struct call *c)
{
    const char *path = call_value(c, OPT_OUT, "");
    char why[512];
    if (!keyring_create(path, why, sizeof(why))) {
        fprintf(stderr, "referralctl: %s\n", why);
        return CTL_USAGE;
    }
    printf("%s  mode 0600; keep a copy apart from the database's backups: without it, what is sealed stays "
           "sealed\n",
           path);
    return CTL_OK;
}
