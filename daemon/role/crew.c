/* crew.c - the roles opened, started, drained and stopped in order */
#include "role/crew.h"

#include "base/clock.h"
#include "base/log.h"
#include "role/control/control.h"
#include "role/office/front.h"
#include "role/office/publish.h"

#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

enum { WHY = 512 };

struct crew {
    struct office office;
    struct arena *arena; /* settings */
    struct intake *intake;
    struct keeper *keepers[KEEPERS_MAX];
    struct feedback *feedback;
    struct dispatch *dispatch;
    struct courier *courier;
    struct timer *timer;
    struct control *control;
};

/* Inboxes are bound here; slots connect to them once the threads run. */
static bool open_roles(struct crew *c, char *why, size_t size)
{
    struct office *o = &c->office;
    for (int i = 0; i < o->settings.keepers; i++)
        if (!(c->keepers[i] = keeper_open(o, i, why, size)))
            return false;
    return (c->feedback = feedback_open(o, why, size)) && (c->courier = courier_open(o, why, size)) &&
           (c->timer = timer_open(o, why, size)) && (c->intake = intake_open(o, why, size)) &&
           (c->dispatch = dispatch_open(o, why, size)) && (c->control = control_open(o, why, size));
}

static bool start_roles(struct crew *c, char *why, size_t size)
{
    bool ok = true;
    for (int i = 0; i < c->office.settings.keepers && ok; i++)
        ok = keeper_start(c->keepers[i]);
    ok = ok && feedback_start(c->feedback) && courier_start(c->courier) && timer_start(c->timer) && intake_start(c->intake) &&
         dispatch_start(c->dispatch) && control_start(c->control);
    if (!ok)
        snprintf(why, size, "the system gives no more threads; look at TasksMax and at the memory of the machine");
    return ok;
}

static bool publish_first(struct crew *c)
{
    const struct publish_order order = {.occasion = OCCASION_START, .who = STR("start")};
    struct publish_outcome outcome;
    struct diag *diag = diag_new();
    bool ok = diag && office_publish(&c->office, &order, diag, &outcome);
    if (diag) {
        diag_sort(diag);
        diag_print(diag, stderr, false);
    }
    diag_free(diag);
    return ok;
}

struct crew *crew_start(const char *config_dir)
{
    struct crew *c = calloc(1, sizeof(*c));
    char why[WHY] = "";
    if (!c)
        return NULL;
    c->arena = arena_new(0);
    if (!c->arena || !front_open(&c->office, c->arena, config_dir, why, sizeof(why)) || !publish_first(c) || !open_roles(c, why, sizeof(why)) ||
        !start_roles(c, why, sizeof(why))) {
        if (why[0])
            log_event(LOG_ERROR, "daemon.refused", why, LOG_FIELDS(LOG_Z("config", config_dir)));
        crew_stop(c);
        return NULL;
    }
    if (clock_followed())
        log_event(LOG_WARNING, "clock.test", "the time is that of a file, which a test moves: never so in service",
                  LOG_FIELDS(LOG_Z("file", clock_followed())));
    log_event(LOG_INFO, "daemon.ready", "ready",
              LOG_FIELDS(LOG_Z("agencies", intake_endpoint(c->intake)), LOG_Z("organisations", dispatch_endpoint(c->dispatch)),
                         LOG_Z("control", c->office.settings.listen_control), LOG_I("metrics", c->office.settings.metrics_port)));
    sd_notify(0, "READY=1\nSTATUS=serving");
    return c;
}

void crew_reload(struct crew *c)
{
    control_request_reload(c->control);
}

void crew_drain(struct crew *c)
{
    sd_notify(0, "STOPPING=1\nSTATUS=draining");
    log_event(LOG_INFO, "daemon.draining", "no new work; what is in flight is brought to its end", LOG_FIELDS(LOG_I("pid", 0)));
    atomic_store(&c->office.draining, true);
}

bool crew_idle(const struct crew *c)
{
    return atomic_load(&c->office.metrics.gauges[GAUGE_IN_FLIGHT]) == 0;
}

void crew_stop(struct crew *c)
{
    if (!c)
        return;
    atomic_store(&c->office.draining, true);
    atomic_store(&c->office.stopping, true);
    control_close(c->control);
    timer_close(c->timer);
    dispatch_close(c->dispatch);
    courier_close(c->courier);
    intake_close(c->intake);
    feedback_close(c->feedback);
    for (int i = 0; i < KEEPERS_MAX; i++)
        keeper_close(c->keepers[i]);
    front_close(&c->office);
    arena_free(c->arena);
    free(c);
}
