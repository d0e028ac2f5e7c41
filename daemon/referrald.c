/* referrald.c - the daemon's command line and signals */
#include "base/clock.h"
#include "base/log.h"
#include "conf/report.h"
#include "role/crew.h"
#include "role/office/front.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { DRAIN_SECONDS = 20, OPTION_TEST_CLOCK = 256 /* no letter: nobody types it by mistake */ };

static const char usage[] =
    "Usage: referrald [-c DIR]             serve, in the foreground\n"
    "       referrald migrate [-c DIR]     bring the database schema up to this version\n"
    "       referrald --check [DIR]        read the configuration as the daemon would; report every error\n"
    "\n"
    "  -c, --config DIR    configuration directory (default /etc/referrald)\n"
    "  -k, --check         check and exit: 0 fit to serve, 1 not\n"
    "      --test-clock    tests only: take the time from the file that " CLOCK_VARIABLE " names, not from this machine\n"
    "  -V, --version       print the version\n"
    "  -h, --help          print this\n"
    "\n"
    "Signals: SIGHUP reads the configuration again; SIGTERM or SIGINT drains and stops; a second one stops at once.\n"
    "Manual: referrald(8). Commands for a running daemon: referralctl(1).\n";

static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Each connection takes a descriptor: take as many as we may have. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Lets what is in flight come to its end, for a while, unless told again. */
static void drain(struct crew *crew, const sigset_t *signals)
{
    struct timespec turn = {.tv_nsec = 50000000};
    crew_drain(crew);
    for (int i = 0; i < DRAIN_SECONDS * 20; i++) {
        int got = sigtimedwait(signals, NULL, &turn);
        if (got == SIGTERM || got == SIGINT || (i > 4 && crew_idle(crew)))
            break;
    }
}

static int serve(const char *config)
{
    sigset_t signals;
    struct crew *crew;
    block_signals(&signals);
    raise_file_limit();
    crew = crew_start(config);
    if (!crew)
        return EXIT_FAILURE;
    for (;;) {
        int got = sigwaitinfo(&signals, NULL);
        if (got == SIGHUP)
            crew_reload(crew);
        else if (got == SIGTERM || got == SIGINT)
            break;
    }
    drain(crew, &signals);
    crew_stop(crew);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"check", no_argument, NULL, 'k'},
                                            {"test-clock", no_argument, NULL, OPTION_TEST_CLOCK},
                                            {"version", no_argument, NULL, 'V'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    const char *config = "/etc/referrald";
    bool check = false, test_clock = false;
    char why[512];
    int o;
    while ((o = getopt_long(argc, argv, "c:kVh", options, NULL)) != -1) {
        switch (o) {
        case 'c':
            config = optarg;
            break;
        case 'k':
            check = true;
            break;
        case OPTION_TEST_CLOCK:
            test_clock = true;
            break;
        case 'V':
            puts("referrald " VERSION);
            return EXIT_SUCCESS;
        case 'h':
            fputs(usage, stdout);
            return EXIT_SUCCESS;
        default:
            fputs("try: referrald --help\n", stderr);
            return 2;
        }
    }
    if (sodium_init() < 0)
        return EXIT_FAILURE;
    if (!clock_choose(test_clock, why, sizeof(why))) {
        fprintf(stderr, "referrald: %s\n", why);
        return 2;
    }
    if (check)
        return conf_check(optind < argc ? argv[optind] : config, stdout, isatty(STDOUT_FILENO));
    if (optind < argc && strcmp(argv[optind], "migrate") == 0)
        return front_migrate(config);
    if (optind < argc) {
        fprintf(stderr, "referrald: I don't know `%s`; try: referrald --help\n", argv[optind]);
        return 2;
    }
    return serve(config);
}
