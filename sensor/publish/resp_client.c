/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Redis by hiredis; see resp_client.h. The one file that sees hiredis.h.
 */
#include "sensor/publish/resp_client.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define RECORD_FIELD "record"

enum { ARGS_MAX = 8, REPLY_TEXT_MAX = 160 };

struct command {
    const char *args[ARGS_MAX];
    size_t lens[ARGS_MAX];
    int count;
};

static void add_arg(struct command *command, struct slice arg)
{
    command->args[command->count] = (const char *)arg.ptr;
    command->lens[command->count++] = arg.len;
}

static struct command make_command(const char *const *words)
{
    struct command command = {.count = 0};
    for (; *words; words++) add_arg(&command, slice_from_cstr(*words));
    return command;
}

static void append(struct resp_client *client, struct command *command)
{
    if (redisAppendCommandArgv(client->connection, command->count, command->args, command->lens) !=
        REDIS_OK) {
        abort(); /* no memory */
    }
}

#define APPEND(client, ...)                                                                                  \
    do {                                                                                                     \
        struct command made_command = make_command((const char *const[]){__VA_ARGS__, NULL});                \
        append((client), &made_command);                                                                     \
    } while (0)

void resp_client_disconnect(struct resp_client *client)
{
    if (client->connection) redisFree(client->connection);
    client->connection = NULL;
}

static enum status broken(struct resp_client *client, struct error *error)
{
    const char *reason = client->connection ? client->connection->errstr : "out of memory";
    (void)error_set(error, STATUS_IO, "%s", reason);
    resp_client_disconnect(client);
    return STATUS_IO;
}

/* The next answer; the caller frees it. */
static enum status read_reply(struct resp_client *client, redisReply **reply, struct error *error)
{
    void *got = NULL;
    if (redisGetReply(client->connection, &got) != REDIS_OK || !got) return broken(client, error);
    *reply = got;
    return STATUS_OK;
}

static enum status command_reply(struct resp_client *client, struct command *command, redisReply **reply,
                                 struct error *error)
{
    append(client, command);
    return read_reply(client, reply, error);
}

static enum status open_connection(struct resp_client *client, struct error *error)
{
    const struct resp_target *target = &client->target;
    struct timeval wait = {.tv_sec = (time_t)(target->timeout_ms / 1000),
                           .tv_usec = (suseconds_t)(target->timeout_ms % 1000 * 1000)};
    client->connection = target->host ? redisConnectWithTimeout(target->host, target->port, wait)
                                      : redisConnectUnixWithTimeout(target->path, wait);
    if (!client->connection || client->connection->err) return broken(client, error);
    if (redisSetTimeout(client->connection, wait) != REDIS_OK) return broken(client, error);
    if (target->host) (void)redisEnableKeepAlive(client->connection);
    return STATUS_OK;
}

static bool is_not_ready(const redisReply *reply)
{
    return strncmp(reply->str, "LOADING", 7) == 0 || strncmp(reply->str, "MASTERDOWN", 10) == 0;
}

/* What an error reply to a set-up command means; `sentence` stands for the server's own words, which may
 * quote ours. */
static enum status judge_setup_reply(const redisReply *reply, const char *sentence, struct error *error)
{
    if (reply->type != REDIS_REPLY_ERROR) return STATUS_OK;
    if (is_not_ready(reply)) return error_set(error, STATUS_IO, "the server is not ready yet");
    if (strncmp(reply->str, "NOAUTH", 6) == 0) {
        return error_set(error, STATUS_USAGE,
                         "the server wants a password (redis://USER:PASS@HOST or redis://:PASS@HOST)");
    }
    return error_set(error, STATUS_USAGE, "%s", sentence);
}

static enum status set_up(struct resp_client *client, struct command *command, const char *sentence,
                          struct error *error)
{
    redisReply *reply = NULL;
    enum status status = command_reply(client, command, &reply, error);
    if (status) return status;
    status = judge_setup_reply(reply, sentence, error);
    freeReplyObject(reply);
    return status;
}

static enum status authenticate(struct resp_client *client, struct error *error)
{
    const struct resp_target *target = &client->target;
    struct command command = make_command((const char *const[]){"AUTH", NULL});
    if (!target->password) return STATUS_OK;
    if (target->user) add_arg(&command, slice_from_cstr(target->user));
    add_arg(&command, slice_from_cstr(target->password));
    return set_up(client, &command, "the server refused the user name or the password", error);
}

static enum status select_database(struct resp_client *client, struct error *error)
{
    char number[24];
    (void)snprintf(number, sizeof number, "%" PRIu64, client->target.database);
    struct command command = make_command((const char *const[]){"SELECT", number, NULL});
    if (client->target.database == 0) return STATUS_OK;
    return set_up(client, &command, "the server refused the database", error);
}

/* Also the first command that shows whether the server lets us in at all. */
static enum status check_stream(struct resp_client *client, struct error *error)
{
    redisReply *reply = NULL;
    const char *name = client->target.stream;
    struct command ping = make_command((const char *const[]){"PING", NULL});
    struct command type = make_command((const char *const[]){"TYPE", name, NULL});
    if (name[0] == '\0') return set_up(client, &ping, "the server refused the connection", error);
    enum status status = command_reply(client, &type, &reply, error);
    if (status) return status;
    status = judge_setup_reply(reply, "the server does not let this user look at the stream", error);
    bool usable = reply->type != REDIS_REPLY_STATUS || strcmp(reply->str, "none") == 0 ||
                  strcmp(reply->str, "stream") == 0;
    if (!status && !usable) {
        status = error_set(error, STATUS_USAGE, "the key %s exists and is no stream", name);
    }
    freeReplyObject(reply);
    return status;
}

enum status resp_client_connect(struct resp_client *client, struct error *error)
{
    resp_client_disconnect(client);
    enum status status = open_connection(client, error);
    if (!status) status = authenticate(client, error);
    if (!status) status = select_database(client, error);
    if (!status) status = check_stream(client, error);
    if (status) resp_client_disconnect(client);
    return status;
}

static void append_xadd(struct resp_client *client, struct slice record)
{
    char maxlen[24];
    (void)snprintf(maxlen, sizeof maxlen, "%" PRIu64, client->target.stream_maxlen);
    struct command command = make_command(
        (const char *const[]){"XADD", client->target.stream, "MAXLEN", "~", maxlen, "*", RECORD_FIELD, NULL});
    add_arg(&command, record);
    append(client, &command);
}

static void append_publish(struct resp_client *client, struct slice record)
{
    struct command command = make_command((const char *const[]){"PUBLISH", client->target.channel, NULL});
    add_arg(&command, record);
    append(client, &command);
}

/* Appends the commands of one record and returns the number of replies to come: the last one decides. */
static int append_delivery(struct resp_client *client, const struct resp_delivery *item)
{
    bool to_stream = client->target.stream[0] != '\0';
    bool to_channel = item->to_channel && client->target.channel[0] != '\0';
    if (to_stream && to_channel) APPEND(client, "MULTI");
    if (to_stream) append_xadd(client, item->record);
    if (to_channel) append_publish(client, item->record);
    if (to_stream && to_channel) APPEND(client, "EXEC");
    return to_stream && to_channel ? 4 : (int)to_stream + (int)to_channel;
}

static const redisReply *find_error(const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_ERROR) return reply;
    if (reply->type != REDIS_REPLY_ARRAY) return NULL;
    for (size_t i = 0; i < reply->elements; i++) {
        if (reply->element[i]->type == REDIS_REPLY_ERROR) return reply->element[i];
    }
    return NULL;
}

static enum status read_delivery(struct resp_client *client, int replies, struct resp_delivery *item,
                                 struct error *error)
{
    enum status result = STATUS_OK;
    for (int i = 0; i < replies; i++) {
        redisReply *reply = NULL;
        enum status status = read_reply(client, &reply, error);
        if (status) return status;
        const redisReply *refusal = find_error(reply);
        /* The first error says why, the EXECABORT after it does not. */
        if (refusal && result == STATUS_OK) {
            result = error_set(error, STATUS_BAD, "%.*s", REPLY_TEXT_MAX, refusal->str);
        }
        freeReplyObject(reply);
    }
    item->delivered = result == STATUS_OK;
    return result;
}

enum status resp_client_deliver(struct resp_client *client, struct resp_delivery *items, size_t count,
                                struct error *error)
{
    enum status result = STATUS_OK;
    int replies[RESP_BATCH_MAX];
    for (size_t i = 0; i < count; i++) replies[i] = append_delivery(client, &items[i]);
    for (size_t i = 0; i < count; i++) {
        enum status status = read_delivery(client, replies[i], &items[i], error);
        if (status == STATUS_IO) return status;
        if (status) result = status;
    }
    return result;
}

/* An entry is [id, [field, value, ...]]. */
static void visit_entry(const redisReply *entry, resp_entry_fn visit, void *context)
{
    if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2) return;
    const redisReply *fields = entry->element[1];
    for (size_t i = 0; fields->type == REDIS_REPLY_ARRAY && i + 1 < fields->elements; i += 2) {
        const redisReply *name = fields->element[i], *value = fields->element[i + 1];
        if (name->type != REDIS_REPLY_STRING || value->type != REDIS_REPLY_STRING) continue;
        if (!slice_equal(slice_make(name->str, name->len), SLICE(RECORD_FIELD))) continue;
        visit(context, slice_make(value->str, value->len));
    }
}

enum status resp_client_visit_latest(struct resp_client *client, size_t count, resp_entry_fn visit,
                                     void *context, struct error *error)
{
    redisReply *reply = NULL;
    char number[24];
    (void)snprintf(number, sizeof number, "%zu", count);
    struct command command = make_command(
        (const char *const[]){"XREVRANGE", client->target.stream, "+", "-", "COUNT", number, NULL});
    enum status status = command_reply(client, &command, &reply, error);
    if (status) return status;
    if (reply->type == REDIS_REPLY_ERROR) {
        status = error_set(error, STATUS_BAD, "%.*s", REPLY_TEXT_MAX, reply->str);
    }
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++) {
        visit_entry(reply->element[i], visit, context);
    }
    freeReplyObject(reply);
    return status;
}
