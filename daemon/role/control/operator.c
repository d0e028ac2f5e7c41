/*
 * operator.c - who gives an order: the account of the process at the other end of the control socket
 *
 * The kernel vouches for the user id, whatever the client says its name is. Root alone is taken at its word, for that is
 * how sudo's user is told, and root could be anybody here anyway.
 */
#include "role/control/control_parts.h"

#include <pwd.h>

enum {
    UID_ROOT = 0,
    UID_OVERFLOW = 65534, /* what a user namespace shows for those that it does not map (PrivateUsers=yes) */
    ENTRY_SIZE = 16384
};

void operator_settle(struct job *j)
{
    struct passwd entry, *found = NULL;
    j->vouched = j->uid >= 0 && j->uid != UID_OVERFLOW;
    if (!j->vouched || j->uid == UID_ROOT)
        return;
    char *buffer = arena_alloc(j->arena, ENTRY_SIZE);
    if (buffer && getpwuid_r((uid_t)j->uid, &entry, buffer, ENTRY_SIZE, &found) == 0 && found)
        j->request.operator_name = str_from(entry.pw_name);
    else
        j->request.operator_name = arena_printf(j->arena, "uid-%lld", (long long)j->uid);
}
