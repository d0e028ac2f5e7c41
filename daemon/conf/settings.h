/*
 * settings.h - referrald.yaml as values
 */
#ifndef CONF_SETTINGS_H
#define CONF_SETTINGS_H

#include "base/log.h"
#include "conf/source.h"

enum { KEEPERS_MAX = 8 }; /* more would only wait for each other on one PostgreSQL */

struct settings {
    const char *listen_agencies, *listen_organisations, *listen_control;
    const char *metrics_host;                           /* numeric, loopback */
    int metrics_port;                                   /* 0: none */
    const char *key_router, *key_personal, *keys_peers; /* absolute paths */
    const char *conninfo;
    int keepers;
    int in_flight, in_flight_per_agency, batch_rows;
    int busy_retry_after_ms, ping_interval_ms;
    const struct str *dossier_openers; /* operators who may see personal data in a dossier */
    int n_dossier_openers;
    bool approval; /* publishing rules needs a second person */
    enum log_format log_format;
    enum log_level log_level;
};

/* Strings live in `a`. Missing keys have the defaults of docs/configuration.md. False when there are errors.
 */
/* referrald.yaml */
extern const struct shape settings_file_shape;

bool settings_load(struct arena *a, const struct source *all, const char *dir, struct diag *diag,
                   struct settings *out);

#endif
