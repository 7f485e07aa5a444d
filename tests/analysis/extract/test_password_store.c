/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bounds and order of the password store.
 */
#include "analysis/extract/password_store.h"

#include "support.h"

static const struct slice id = {(const uint8_t *)"<1@x>", 5};

static struct password_store *open_store(size_t pairs_max, size_t total)
{
    struct password_store_limits limits = {
        .pairs_max = pairs_max, .window_ns = 1000, .archive_max_bytes = 8, .archives_total_max_bytes = total};
    return password_store_new(&limits);
}

static void add_password(struct password_store *store, const char *pair, uint64_t now_ns, const char *text)
{
    struct remembered_password password = {slice_from_cstr(text), id};
    password_store_add_password(store, slice_from_cstr(pair), now_ns, &password);
}

static bool add_archive(struct password_store *store, const char *pair, uint64_t now_ns, const char *content)
{
    struct remembered_archive archive = {SLICE("a.zip"), slice_from_cstr(content), id};
    return password_store_add_archive(store, slice_from_cstr(pair), now_ns, &archive);
}

static size_t count_passwords(const struct password_store *store, const char *pair, uint64_t now_ns)
{
    struct arena arena = {0};
    struct pair_memory memory = password_store_look_up(store, slice_from_cstr(pair), now_ns, &arena);
    size_t count = memory.password_count;
    arena_free(&arena);
    return count;
}

static size_t count_archives(const struct password_store *store, const char *pair, uint64_t now_ns)
{
    struct arena arena = {0};
    struct pair_memory memory = password_store_look_up(store, slice_from_cstr(pair), now_ns, &arena);
    size_t count = memory.archive_count;
    arena_free(&arena);
    return count;
}

static void pairs_keep_their_latest_passwords(void **state)
{
    (void)state;
    struct password_store *store = open_store(10, 100);
    const char *const texts[] = {"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) add_password(store, "a b", 10, texts[i]);
    struct arena arena = {0};
    struct pair_memory memory = password_store_look_up(store, SLICE("a b"), 20, &arena);
    assert_int_equal(memory.password_count, 8);
    assert_slice(memory.passwords[0].text, "p2");
    assert_slice(memory.passwords[7].text, "p1");
    assert_slice(memory.passwords[7].message_id, "<1@x>");
    arena_free(&arena);
    assert_int_equal(count_passwords(store, "a c", 20), 0);
    password_store_free(&store);
    assert_null(store);
}

static void time_is_the_callers(void **state)
{
    (void)state;
    struct password_store *store = open_store(10, 100);
    add_password(store, "a", 5000, "p");
    assert_int_equal(count_passwords(store, "a", 6000), 1);
    assert_int_equal(count_passwords(store, "a", 6001), 0);
    assert_int_equal(count_passwords(store, "a", 4000), 1); /* packets are not always in order */
    assert_int_equal(count_passwords(store, "a", 3999), 0);
    password_store_free(&store);
}

static void the_oldest_pair_goes_first(void **state)
{
    (void)state;
    struct password_store *store = open_store(2, 100);
    add_password(store, "a", 1, "p");
    add_password(store, "b", 2, "p");
    add_password(store, "a", 3, "q");
    add_password(store, "c", 4, "p");
    assert_int_equal(count_passwords(store, "a", 5), 2);
    assert_int_equal(count_passwords(store, "b", 5), 0);
    assert_int_equal(count_passwords(store, "c", 5), 1);
    password_store_free(&store);
}

static void archives_are_bounded_in_bytes(void **state)
{
    (void)state;
    struct password_store *store = open_store(10, 12);
    assert_false(add_archive(store, "a", 1, "123456789"));
    assert_true(add_archive(store, "a", 1, "1234"));
    assert_true(add_archive(store, "a", 1, "1234")); /* the same again */
    assert_int_equal(count_archives(store, "a", 1), 1);
    assert_true(add_archive(store, "b", 2, "5678"));
    assert_true(add_archive(store, "c", 3, "12345678"));
    assert_int_equal(count_archives(store, "a", 3), 0);
    assert_int_equal(count_archives(store, "b", 3), 1);
    assert_int_equal(count_archives(store, "c", 3), 1);
    password_store_drop_archive(store, SLICE("c"), SLICE("12345678"));
    password_store_drop_archive(store, SLICE("c"), SLICE("12345678"));
    password_store_drop_archive(store, SLICE("nobody"), SLICE("1"));
    assert_int_equal(count_archives(store, "c", 3), 0);
    assert_true(add_archive(store, "d", 4, "abcdefgh"));
    assert_int_equal(count_archives(store, "b", 4), 1);
    for (int i = 0; i < 3; i++) assert_true(add_archive(store, "e", 5, i == 0 ? "x" : i == 1 ? "y" : "z"));
    assert_int_equal(count_archives(store, "e", 5), 2);
    password_store_clear(store);
    assert_int_equal(count_archives(store, "e", 5), 0);
    password_store_free(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        extract_test(pairs_keep_their_latest_passwords),
        extract_test(time_is_the_callers),
        extract_test(the_oldest_pair_goes_first),
        extract_test(archives_are_bounded_in_bytes),
    };
    return run_group(tests);
}
