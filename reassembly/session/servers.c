/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A table of server addresses, with a queue by age; see servers.h. An all-zero struct is an empty one.
 */
#include "reassembly/session/servers.h"

#include <stdlib.h>

#include "base/mem.h"

struct server_row {
    struct endpoint server;
    uint64_t hash;
    struct server_row *next; /* the next younger one */
};

static bool is_server(const void *value, const void *key)
{
    const struct server_row *row = value;
    const struct endpoint *server = key;
    return row->server.port == server->port &&
           memcmp(row->server.addr, server->addr, sizeof server->addr) == 0;
}

static uint64_t digest_of(const struct servers *servers, const struct endpoint *server)
{
    uint8_t bytes[sizeof server->addr + 2];
    memcpy(bytes, server->addr, sizeof server->addr);
    bytes[sizeof server->addr] = (uint8_t)(server->port >> 8);
    bytes[sizeof server->addr + 1] = (uint8_t)server->port;
    return siphash(servers->key, slice_make(bytes, sizeof bytes));
}

bool servers_know(const struct servers *servers, const struct flow *flow)
{
    if (servers->table.count == 0) return false;
    return table_find(&servers->table, digest_of(servers, &flow->server), &flow->server) != NULL;
}

static void forget_oldest(struct servers *servers)
{
    struct server_row *row = servers->oldest;
    servers->oldest = row->next;
    if (!servers->oldest) servers->newest = NULL;
    (void)table_remove(&servers->table, row->hash, row);
    free(row);
}

bool servers_remember(struct servers *servers, const struct flow *flow, size_t max)
{
    if (!servers->table.equal) {
        servers->table = table_make(is_server);
        servers->key = siphash_random_key();
    }
    if (servers_know(servers, flow)) return true;
    struct server_row *row = mem_zalloc(1, sizeof *row);
    row->server = flow->server;
    row->hash = digest_of(servers, &flow->server);
    table_insert(&servers->table, row->hash, row);
    if (servers->newest) {
        servers->newest->next = row;
    } else {
        servers->oldest = row;
    }
    servers->newest = row;
    if (servers->table.count <= max) return true;
    forget_oldest(servers);
    return false;
}

void servers_free(struct servers *servers)
{
    while (servers->oldest) forget_oldest(servers);
    table_free(&servers->table);
}
