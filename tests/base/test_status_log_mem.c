/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Error sentences, the log's escaping and levels (its output is read back through a pipe), and memory.
 */
#include "base/log.h"
#include "base/mem.h"
#include "base/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/unit.h"

static void an_error_is_one_sentence(void **state)
{
    (void)state;
    struct error error = {{0}};
    assert_int_equal(error_set(&error, STATUS_USAGE, "%s: %d", "port", 70000), STATUS_USAGE);
    assert_string_equal(error.text, "port: 70000");
    assert_int_equal(error_set(NULL, STATUS_IO, "%s", "nobody asked"), STATUS_IO);
}

static void a_long_error_is_cut(void **state)
{
    (void)state;
    struct error error;
    memset(&error, 'x', sizeof error);
    assert_int_equal(error_set(&error, STATUS_BAD, "%0900d", 1), STATUS_BAD);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
}

/* What the calls between capture_begin() and capture_end() write to stderr. */
static int saved_stderr, pipe_ends[2];

static void capture_begin(void)
{
    assert_int_equal(pipe(pipe_ends), 0);
    (void)fflush(stderr);
    saved_stderr = dup(STDERR_FILENO);
    assert_true(dup2(pipe_ends[1], STDERR_FILENO) >= 0);
    close(pipe_ends[1]);
}

static void capture_end(char *text, size_t size)
{
    (void)fflush(stderr);
    assert_true(dup2(saved_stderr, STDERR_FILENO) >= 0);
    close(saved_stderr);
    size_t len = 0;
    for (ssize_t n = 1; n > 0 && len < size - 1; len += (size_t)n) {
        n = read(pipe_ends[0], text + len, size - 1 - len);
        assert_true(n >= 0);
    }
    text[len] = '\0';
    close(pipe_ends[0]);
}

static void a_message_stays_on_its_line(void **state)
{
    (void)state;
    char text[4096];
    capture_begin();
    log_warning("HELO %s", "evil\r\nmailtap: error: forged\x1b[2J\xff");
    capture_end(text, sizeof text);
    assert_string_equal(text, "mailtap: warning: HELO evil\\r\\nmailtap: error: forged\\u{1b}[2J\\xff\n");
}

static void levels_drop_messages(void **state)
{
    (void)state;
    char text[4096];
    capture_begin();
    log_debug("dropped by default");
    log_info("kept");
    log_set_level(LOG_LEVEL_ERROR);
    log_warning("dropped");
    log_error("kept too");
    log_set_level(LOG_LEVEL_DEBUG);
    log_debug("now kept");
    log_set_level(LOG_LEVEL_INFO);
    capture_end(text, sizeof text);
    assert_string_equal(text, "mailtap: info: kept\nmailtap: error: kept too\nmailtap: debug: now kept\n");
}

static void a_long_message_is_cut_not_split(void **state)
{
    (void)state;
    char text[16384];
    capture_begin();
    log_error("%05000d", 1);
    capture_end(text, sizeof text);
    assert_int_equal(strlen(text), strlen("mailtap: error: ") + 1023 + 1);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void memory_is_there_even_for_nothing(void **state)
{
    (void)state;
    uint8_t *zeroed = mem_zalloc(13, 11);
    for (size_t i = 0; i < (size_t)13 * 11; i++) assert_int_equal(zeroed[i], 0);
    zeroed[0] = 9;
    zeroed = mem_realloc(zeroed, 100000);
    assert_int_equal(zeroed[0], 9);
    mem_wipe(zeroed, 143);
    for (size_t i = 0; i < 143; i++) assert_int_equal(zeroed[i], 0);
    free(zeroed);
    void *none = mem_alloc(0), *no_items = mem_zalloc(0, 8), *shrunk = mem_realloc(mem_alloc(5), 0);
    assert_true(none && no_items && shrunk);
    free(none);
    free(no_items);
    free(shrunk);
}

static void strings_are_copied(void **state)
{
    (void)state;
    char *copy = mem_strdup("text");
    assert_string_equal(copy, "text");
    free(copy);
    assert_null(mem_strdup(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_is_one_sentence),
        cmocka_unit_test(a_long_error_is_cut),
        cmocka_unit_test(a_message_stays_on_its_line),
        cmocka_unit_test(levels_drop_messages),
        cmocka_unit_test(a_long_message_is_cut_not_split),
        cmocka_unit_test(memory_is_there_even_for_nothing),
        cmocka_unit_test(strings_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
