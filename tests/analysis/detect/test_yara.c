/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Users' rules: what a match tells, what is said of wrong ones, and rules that take too long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/detect/yara_rules.h"
#include "base/mem.h"

enum { SLOW_BYTES = 1 << 22 };

static struct yara_rules *compile(const char *text, struct error *error)
{
    struct rule_source source = {"own.yar", slice_from_cstr(text)};
    return yara_rules_new(&source, 1, error);
}

struct seen {
    unsigned count;
    char rule[64], tags[64], severity[16], string[16];
    uint64_t offset;
};

static void keep(char *out, size_t size, struct slice text)
{
    size_t len = text.len < size - 1 ? text.len : size - 1;
    if (len > 0) memcpy(out, text.ptr, len);
    out[len] = 0;
}

static void see(void *context, const struct yara_match *match)
{
    struct seen *seen = context;
    seen->count++;
    keep(seen->rule, sizeof seen->rule, match->rule);
    keep(seen->tags, sizeof seen->tags, match->tags);
    keep(seen->severity, sizeof seen->severity, match->severity);
    keep(seen->string, sizeof seen->string, match->string);
    seen->offset = match->offset;
}

static void a_match_tells_rule_tags_and_place(void **state)
{
    (void)state;
    struct error error = {""};
    struct yara_rules *rules =
        compile("rule one : a b { meta: severity = \"high\" strings: $x = \"needle\" condition: $x }"
                "rule two { condition: false }",
                &error);
    assert_non_null(rules);
    struct seen seen = {0};
    assert_true(yara_rules_scan(rules, SLICE("hay needle hay"), 5, see, &seen));
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.rule, "one");
    assert_string_equal(seen.tags, "a b");
    assert_string_equal(seen.severity, "high");
    assert_string_equal(seen.string, "$x");
    assert_int_equal(seen.offset, 4);
    assert_true(yara_rules_scan(rules, SLICE("hay"), 5, see, &seen));
    assert_int_equal(seen.count, 1);
    yara_rules_free(&rules);
    assert_null(rules);
}

static void a_wrong_rule_is_named_with_its_line(void **state)
{
    (void)state;
    struct error error = {""};
    assert_null(compile("rule one { condition: true }\nrule two { condition: nonsense }", &error));
    assert_non_null(strstr(error.text, "own.yar: line 2"));
    assert_null(compile("include \"/etc/passwd\"", &error));
}

static void a_slow_rule_ends(void **state)
{
    (void)state;
    struct error error = {""};
    struct yara_rules *rules =
        compile("rule slow { condition: for all i in (0 .. 2000000000) : (uint8(i % 4096) != 66) }", &error);
    assert_non_null(rules);
    uint8_t *bytes = mem_zalloc(1, SLOW_BYTES);
    struct seen seen = {0};
    assert_false(yara_rules_scan(rules, slice_make(bytes, SLOW_BYTES), 1, see, &seen));
    assert_int_equal(seen.count, 0);
    free(bytes);
    yara_rules_free(&rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_tells_rule_tags_and_place),
        cmocka_unit_test(a_wrong_rule_is_named_with_its_line),
        cmocka_unit_test(a_slow_rule_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
