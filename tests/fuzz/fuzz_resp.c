/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a Redis server may answer: to batches of records (first byte even) or to a request for entries (odd).
 * The answers wait in a socket before the client asks.
 */
#include <hiredis/hiredis.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sensor/publish/resp_client.h"
#include "tests/fuzz/fuzz.h"

enum { ANSWER_MAX = 65536, ITEMS = 2 };

/* hiredis 0.14 reserves memory for as many elements as an array announces and cannot be told a limit; its
 * server is trusted that far. */
static bool announces_too_much(struct slice answer)
{
    unsigned digits = 0;
    bool in_count = false;
    for (size_t i = 0; i < answer.len; i++) {
        in_count = answer.ptr[i] == '*' || (in_count && answer.ptr[i] != '\n');
        digits = in_count && answer.ptr[i] != '*' ? digits + 1 : 0;
        if (digits > 6) return true;
    }
    return false;
}

static void take_entry(void *context, struct slice record)
{
    (void)context;
    fuzz_touch(record);
}

static void deliver(struct resp_client *client)
{
    struct resp_delivery items[ITEMS] = {{SLICE("{}"), true, false}, {SLICE("{\"a\":1}"), true, false}};
    struct error error = {""};
    enum status status = resp_client_deliver(client, items, ITEMS, &error);
    for (size_t i = 0; i < ITEMS; i++) FUZZ_CHECK(items[i].delivered || status != STATUS_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = slice_make(data, size);
    bool asks = fuzz_number(&input, 1) & 1;
    struct slice answer = slice_head(input, ANSWER_MAX);
    if (announces_too_much(answer)) return 0;
    int ends[2];
    struct resp_target target = {.channel = "c", .stream = "s", .stream_maxlen = 10, .timeout_ms = 1000};
    struct resp_client client = {.target = target};
    struct error error = {""};
    FUZZ_CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    FUZZ_CHECK(write(ends[1], answer.ptr, answer.len) == (ssize_t)answer.len);
    (void)shutdown(ends[1], SHUT_WR);
    client.connection = redisConnectFd(ends[0]);
    FUZZ_CHECK(client.connection);
    if (asks) {
        (void)resp_client_visit_latest(&client, 3, take_entry, NULL, &error);
    } else {
        deliver(&client);
    }
    resp_client_disconnect(&client);
    (void)close(ends[1]);
    return 0;
}
