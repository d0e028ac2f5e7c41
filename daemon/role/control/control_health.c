/*
 * control_health.c - whether every role still turns
 */
#include "role/control/control_parts.h"

#include "base/clock.h"

#include <stdio.h>

static const char *const beat_names[] = {
    [BEAT_INTAKE] = "intake",     [BEAT_DISPATCH] = "dispatch", [BEAT_TIMER] = "timer",
    [BEAT_FEEDBACK] = "feedback", [BEAT_COURIER] = "courier",
};

bool health_alive(const struct office *o, const struct bulletin *b, int64_t limit_ms, char which[32],
                  int64_t *silent_ms)
{
    int64_t now = clock_mono_ms();
    int64_t worst = now - atomic_load(&b->turn_mono_ms);
    snprintf(which, 32, "control");
    for (size_t i = 0; i < sizeof(o->beats) / sizeof(o->beats[0]); i++) {
        int64_t beat = atomic_load(&o->beats[i]);
        if (beat == 0 || now - beat <= worst) /* 0: not started */
            continue;
        worst = now - beat;
        if (i < BEAT_KEEPER)
            snprintf(which, 32, "%s", beat_names[i]);
        else
            snprintf(which, 32, "keeper %d", (int)(i - BEAT_KEEPER));
    }
    *silent_ms = worst;
    return worst <= limit_ms;
}
