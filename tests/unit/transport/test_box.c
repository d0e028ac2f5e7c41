/* Letter boxes: every letter arrives once, in its sender's order, and belongs to the reader. */
#include "transport/box.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define SENDERS 4
#define LETTERS 100000

struct letter {
    int sender, number;
};

struct sender {
    struct hub *hub;
    int index, posted;
};

static void *send_letters(void *context)
{
    struct sender *s = context;
    struct slot *slot = slot_open(s->hub, "box.many");
    for (int i = 0; slot && i < LETTERS; i++) {
        struct letter *l = malloc(sizeof(*l));
        void *given = l;
        *l = (struct letter){s->index, i};
        if (!slot_post(slot, &given)) {
            free(given);
            break;
        }
        s->posted += given == NULL;
    }
    slot_close(slot); /* letters on their way still arrive */
    return NULL;
}

static void every_letter_arrives(void **state)
{
    struct hub *h = hub_open_client();
    struct inbox *in = inbox_open(h, "box.many");
    struct sender senders[SENDERS];
    pthread_t threads[SENDERS];
    int next[SENDERS] = {0}, taken = 0;
    bool ready = true;
    (void)state;
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){h, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, send_letters, &senders[i]), 0);
    }
    while (taken < SENDERS * LETTERS && ready) {
        void *z = inbox_zmq(in);
        struct letter *l;
        box_wait(&z, 1, 10000, &ready);
        while ((l = inbox_take(in)) != NULL) {
            assert_int_equal(l->number, next[l->sender]);
            next[l->sender]++;
            taken++;
            free(l);
        }
    }
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(senders[i].posted, LETTERS);
        assert_int_equal(next[i], LETTERS);
    }
    assert_null(inbox_take(in));
    inbox_close(in);
    hub_close(h);
}

static void shut_box_gives_back(void **state)
{
    struct hub *h = hub_open_client();
    struct slot *early = slot_open(h, "box.closing"), *slot;
    struct inbox *in = inbox_open(h, "box.closing");
    int letter = 1, other = 2;
    void *given = &letter;
    (void)state;
    slot = slot_open(h, "box.closing");
    assert_true(slot_post(slot, &given));
    assert_null(given);
    inbox_shut(in);
    given = &other;
    assert_false(slot_post(slot, &given));
    assert_false(slot_post(early, &given));
    assert_ptr_equal(given, &other);
    assert_ptr_equal(inbox_take(in), &letter);
    assert_null(inbox_take(in));
    inbox_close(in);
    assert_false(slot_post(slot, &given));
    slot_close(early);
    slot_close(slot);
    hub_close(h);
}

struct flood {
    struct hub *hub;
    int posted;
};

static void *flood_until_shut(void *context)
{
    struct flood *f = context;
    struct slot *slot = slot_open(f->hub, "box.flood");
    for (bool open = true; slot && open;) {
        void *given = malloc(16);
        open = slot_post(slot, &given);
        free(given);
        f->posted += open;
    }
    slot_close(slot);
    return NULL;
}

/* Whatever was taken from the senders is there for the reader, though they were in full swing. */
static void shutting_loses_nothing(void **state)
{
    struct hub *h = hub_open_client();
    struct inbox *in = inbox_open(h, "box.flood");
    struct flood floods[SENDERS];
    pthread_t threads[SENDERS];
    int taken = 0, posted = 0;
    void *letter;
    (void)state;
    for (int i = 0; i < SENDERS; i++) {
        floods[i] = (struct flood){h, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, flood_until_shut, &floods[i]), 0);
    }
    while (taken < 1000)
        if ((letter = inbox_take(in)) != NULL) {
            free(letter);
            taken++;
        }
    inbox_shut(in);
    while ((letter = inbox_take(in)) != NULL) {
        free(letter);
        taken++;
    }
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(threads[i], NULL);
        posted += floods[i].posted;
    }
    assert_int_equal(taken, posted);
    inbox_close(in);
    hub_close(h);
}

static void names_are_taken_once(void **state)
{
    struct hub *h = hub_open_client();
    struct inbox *in = inbox_open(h, "box.one");
    (void)state;
    assert_non_null(in);
    assert_null(inbox_open(h, "box.one"));
    inbox_close(in);
    inbox_close(NULL);
    slot_close(NULL);
    hub_close(h);
    hub_close(NULL);
}

static void waiting_tells_which(void **state)
{
    struct hub *h = hub_open_client();
    struct inbox *a = inbox_open(h, "box.a"), *b = inbox_open(h, "box.b");
    struct slot *slot = slot_open(h, "box.b");
    void *const both[] = {inbox_zmq(a), inbox_zmq(b)};
    bool ready[2] = {true, true};
    int letter = 0;
    void *given = &letter;
    (void)state;
    assert_false(slot_post(NULL, &given)); /* a slot that could not be opened */
    assert_int_equal(box_wait(both, 2, 0, ready), 0);
    assert_false(ready[0] || ready[1]);
    assert_true(slot_post(slot, &given));
    assert_int_equal(box_wait(both, 2, 5000, ready), 1);
    assert_true(!ready[0] && ready[1]);
    assert_ptr_equal(inbox_take(b), &letter);
    slot_close(slot);
    inbox_close(a);
    inbox_close(b);
    hub_close(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_arrives),   cmocka_unit_test(shut_box_gives_back),
        cmocka_unit_test(shutting_loses_nothing), cmocka_unit_test(names_are_taken_once),
        cmocka_unit_test(waiting_tells_which),
    };
    return cmocka_run_group_tests_name("transport/box", tests, NULL, NULL);
}
