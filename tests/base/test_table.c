/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hash table: many keys, colliding hashes, removal in every pattern.
 */
#include "base/table.h"

#include "tests/support/unit.h"

struct item {
    uint64_t key, hash;
    bool in;
};

static bool has_key(const void *value, const void *key)
{
    return ((const struct item *)value)->key == *(const uint64_t *)key;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void find_all(const struct table *t, const struct item *items, size_t count)
{
    size_t in = 0;
    for (size_t i = 0; i < count; i++) {
        const void *want = items[i].in ? &items[i] : NULL;
        assert_ptr_equal(table_find(t, items[i].hash, &items[i].key), want);
        in += items[i].in;
    }
    assert_int_equal(t->count, in);
}

static void an_empty_table_finds_nothing(void **state)
{
    (void)state;
    struct table t = table_make(has_key);
    uint64_t key = 1;
    assert_null(table_find(&t, 1, &key));
    assert_false(table_remove(&t, 1, &key));
    table_free(&t);
    table_free(&t);
}

static void many_keys(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static struct item items[COUNT];
    struct table t = table_make(has_key);
    uint64_t seed = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < COUNT; i++) {
        items[i] = (struct item){i, next_random(&seed), true};
        table_insert(&t, items[i].hash, &items[i]);
    }
    find_all(&t, items, COUNT);
    assert_true((t.mask + 1) * sizeof *t.slots <= COUNT * 64); /* right after growing; 32 at rest */
    for (size_t i = 0; i < COUNT; i += 3) {
        assert_true(table_remove(&t, items[i].hash, &items[i]));
        assert_false(table_remove(&t, items[i].hash, &items[i]));
        items[i].in = false;
    }
    find_all(&t, items, COUNT);
    table_free(&t);
}

/* All hashes equal, or equal in the low bits only: every lookup walks a run. */
static void colliding_hashes(void **state)
{
    (void)state;
    enum { COUNT = 200 };
    static const uint64_t strides[] = {0, 1, 64, 1u << 20};
    for (size_t s = 0; s < COUNT_OF(strides); s++) {
        struct item items[COUNT];
        struct table t = table_make(has_key);
        for (size_t i = 0; i < COUNT; i++) {
            items[i] = (struct item){i, 63 + i * strides[s], true};
            table_insert(&t, items[i].hash, &items[i]);
        }
        find_all(&t, items, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            size_t at = i * 7 % COUNT;
            assert_true(table_remove(&t, items[at].hash, &items[at]));
            items[at].in = false;
            find_all(&t, items, COUNT);
        }
        table_free(&t);
    }
}

/* A run that wraps around the end of the slots must close over the wrap when entries are taken out. */
static void runs_that_wrap(void **state)
{
    (void)state;
    enum { COUNT = 12 };
    for (unsigned removed = 0; removed < 1u << COUNT; removed += 5) {
        struct item items[COUNT];
        struct table t = table_make(has_key);
        for (size_t i = 0; i < COUNT; i++) {
            items[i] = (struct item){i, 58 + i / 2 * 3 % 11, true};
            table_insert(&t, items[i].hash, &items[i]);
        }
        assert_int_equal(t.mask, 63);
        for (size_t i = 0; i < COUNT; i++) {
            if (!(removed >> i & 1)) continue;
            assert_true(table_remove(&t, items[i].hash, &items[i]));
            items[i].in = false;
        }
        find_all(&t, items, COUNT);
        table_free(&t);
    }
}

/* Walking the slots and removing what is found there, the way sweepers do: the slot is looked at again. */
static void removal_while_walking(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static struct item items[COUNT];
    struct table t = table_make(has_key);
    uint64_t seed = 42;
    for (size_t i = 0; i < COUNT; i++) {
        items[i] = (struct item){i, next_random(&seed) & 0x3ff, true};
        table_insert(&t, items[i].hash, &items[i]);
    }
    for (size_t slot = 0; slot <= t.mask;) {
        struct item *item = t.slots[slot].value;
        if (!item || item->key % 2 == 0) {
            slot++;
            continue;
        }
        assert_true(table_remove(&t, item->hash, item));
        item->in = false;
    }
    find_all(&t, items, COUNT);
    for (size_t i = 0; i < COUNT; i++) assert_int_equal(items[i].in, i % 2 == 0);
    table_free(&t);
}

static void random_inserts_and_removals(void **state)
{
    (void)state;
    enum { COUNT = 300, STEPS = 20000 };
    struct item items[COUNT] = {{0}};
    struct table t = table_make(has_key);
    uint64_t seed = 7;
    for (size_t i = 0; i < COUNT; i++) items[i] = (struct item){i, next_random(&seed) & 0x7f, false};
    for (size_t step = 0; step < STEPS; step++) {
        struct item *item = &items[next_random(&seed) % COUNT];
        if (item->in) {
            assert_true(table_remove(&t, item->hash, item));
        } else {
            table_insert(&t, item->hash, item);
        }
        item->in = !item->in;
        if (step % 100 == 0) find_all(&t, items, COUNT);
    }
    find_all(&t, items, COUNT);
    table_free(&t);
}

/* Two values with the same key: removal takes this very pointer. */
static void removal_is_by_pointer(void **state)
{
    (void)state;
    struct item a = {1, 9, true}, b = {1, 9, true};
    struct table t = table_make(has_key);
    table_insert(&t, 9, &a);
    table_insert(&t, 9, &b);
    assert_true(table_remove(&t, 9, &a));
    assert_ptr_equal(table_find(&t, 9, &b.key), &b);
    assert_false(table_remove(&t, 9, &a));
    table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_table_finds_nothing),
        cmocka_unit_test(many_keys),
        cmocka_unit_test(colliding_hashes),
        cmocka_unit_test(runs_that_wrap),
        cmocka_unit_test(removal_while_walking),
        cmocka_unit_test(random_inserts_and_removals),
        cmocka_unit_test(removal_is_by_pointer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
