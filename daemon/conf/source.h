/*
 * source.h - where configuration files come from: a directory, or what PostgreSQL kept of one
 *
 * A source is a sorted list of named files, read whole. Names are relative to the configuration
 * directory, with '/'. A file larger than 1 MiB (CSV: 8 MiB) is a finding.
 */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/digest.h"

struct source_file {
    struct str name; /* "rules/20-labour.yaml" */
    struct str bytes;
    struct digest digest; /* of bytes */
};

struct source {
    const char *shown_as;            /* prefix for messages: the directory as given, or "ruleset 3fa9…" */
    const struct source_file *files; /* sorted by name */
    int n;
};

/* Reads `dir`; only *.yaml and *.csv in the places docs/configuration.md names. False when unreadable (in
 * diag). */
bool source_read_dir(struct arena *a, const char *dir, struct diag *diag, struct source *out);
/* The subset that is the rule set: not referrald.yaml, not peers/. Shares the files. */
bool source_ruleset_part(struct arena *a, const struct source *all, struct source *out);
/* SHA-256 over "<name> <hex digest>\n" of each file in order: the rule set's name. */
struct digest source_hash(const struct source *s);

#endif
