/*
 * peer.c - who may connect: asked of the daemon, or read from a configuration directory
 */
#include "ctl/command.h"

#include "conf/load.h"
#include "ctl/layout.h"
#include "ctl/place.h"
#include "ctl/remote.h"

static const struct sheet_column columns[] = {{"id", "id", CELL_TEXT},
                                              {"kind", "kind", CELL_TEXT},
                                              {"name", "name", CELL_TEXT},
                                              {"channel", "channel", CELL_TEXT},
                                              {"region", "region", CELL_TEXT},
                                              {"enrolled", "enrolled", CELL_BOOL},
                                              {"organisations", "organisations", CELL_INTEGER},
                                              {NULL, NULL, 0}};

static void fill(struct sheets *s, const struct peers *peers)
{
    struct sheet *sheet = sheet_add(s, "peers", "Agencies and receivers", columns, false);
    for (int i = 0; i < peers->n; i++) {
        const struct peer *p = &peers->items[i];
        struct str *row = sheet_row(s, sheet);
        if (!row)
            return;
        row[0] = p->id;
        row[1] = p->kind == PEER_AGENCY ? STR("agency") : STR("receiver");
        row[2] = p->name;
        row[3] = p->kind == PEER_AGENCY ? str_from(word_of(channel_words, (int)p->channel)) : STR("");
        row[4] = p->region_code;
        row[5] = cell_bool(p->enrolled);
        row[6] = p->kind == PEER_RECEIVER ? cell_int(s->arena, p->n_serves) : STR("");
    }
}

static const struct peers *load(struct arena *a, const char *dir, struct diag *diag)
{
    struct settings settings;
    struct source source;
    if (!source_read_dir(a, dir, diag, &source) || !settings_load(a, &source, dir, diag, &settings))
        return NULL;
    const struct ruleset *rules = conf_load_ruleset(&source, false, diag);
    const struct peers *peers = rules ? conf_load_peers(&source, rules, settings.keys_peers, diag) : NULL;
    ruleset_unref(rules);
    return peers;
}

static int list_offline(const struct call *c)
{
    struct arena *a = arena_new(0);
    struct diag *diag = diag_new();
    int code = CTL_USAGE;
    const struct peers *peers = a && diag ? load(a, place_config(c), diag) : NULL;
    if (peers) {
        struct sheets s = {.arena = a};
        fill(&s, peers);
        code = remote_print(c, &s);
    } else if (diag) {
        diag_sort(diag);
        diag_print(diag, stderr, layout_colour(stderr));
        fprintf(stderr, "referralctl: the peers cannot be listed before this is put right\n");
    }
    peers_unref(peers);
    diag_free(diag);
    arena_free(a);
    return code;
}

int run_peer_list(const struct call *c)
{
    return call_has(c, OPT_CONFIG) && !call_has(c, OPT_SOCKET) ? list_offline(c) : run_remote(c);
}
