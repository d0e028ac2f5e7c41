/*
 * graphviz.c - runs `dot -Tsvg`
 */
#include "ctl/graphviz.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* From `in`, at its start. */
static bool run(FILE *in, FILE *out)
{
    char program[] = "dot", form[] = "-Tsvg", *const argv[] = {program, form, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    posix_spawn_file_actions_adddup2(&actions, fileno(in), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
    int error = posix_spawnp(&child, "dot", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error == ENOENT)
        fprintf(
            stderr,
            "referralctl: SVG is drawn by Graphviz, whose program `dot` is not installed: install the Debian "
            "package graphviz, or use --format dot\n");
    else if (error)
        fprintf(stderr, "referralctl: `dot` cannot be started: %s\n", strerror(error));
    if (error)
        return false;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (status != 0)
        fprintf(stderr, "referralctl: `dot` could not draw this (status %d)\n", status);
    return status == 0;
}

bool graphviz_draw(void (*write)(const void *context, FILE *dot), const void *context, FILE *out)
{
    FILE *dot = tmpfile();
    bool good = dot != NULL;
    if (good) {
        write(context, dot);
        good = fflush(dot) == 0 && fseek(dot, 0, SEEK_SET) == 0 && fflush(out) == 0;
    }
    if (!good)
        fprintf(stderr, "referralctl: no place for a temporary file: %s\n", strerror(errno));
    good = good && run(dot, out);
    if (dot)
        fclose(dot);
    return good;
}
