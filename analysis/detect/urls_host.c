/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Detections of the link family that look at the name of the host: look-alikes of brands (U05), abused
 * endings (U08), short links (U09), free hosting (U11), a brand where it proves nothing (U13), random names
 * (U15). At most LINKS_LOOKED_AT different hosts of a mail are looked at.
 */
#include "analysis/detect/facts.h"
#include "analysis/detect/host_names.h"
#include "analysis/detect/link_walk.h"
#include "analysis/detect/rules.h"

/* Shops and newspapers keep pictures in stores of files, but pages elsewhere. */
static const double stored_page_weight = 2.6;

void detect_homograph(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    unsigned compared = 0;
    for (const struct link *link; (link = link_walk_next(&walk));) {
        struct slice label = host_first_label(link->registrable);
        if (link->host_is_ip || label.len < HOMOGRAPH_LABEL_MIN_BYTES || !host_may_be_homograph(label))
            continue;
        if (compared++ >= HOMOGRAPHS_COMPARED || knowledge_brand_of(context->knowledge, link->host)) continue;
        const struct brand *brand = host_brand_alike(context, label);
        if (brand)
            finding_addf(context, link->url, "%.*s looks like %.*s", SLICE_ARGS(link->host),
                         SLICE_ARGS(brand->name));
    }
}

void detect_abused_ending(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->host_is_ip || is_senders_own(context, link) || is_link_service(context, link->host))
            continue;
        if (knowledge_has(context->knowledge, LIST_abused_tlds, host_last_label(link->host)))
            finding_addf(context, link->url, "%.*s", SLICE_ARGS(link->host));
    }
}

void detect_short_link(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->path.len < 2 || !knowledge_has_domain(context->knowledge, LIST_shorteners, link->host))
            continue;
        finding_addf(context, link->url, "%.*s", SLICE_ARGS(link->url));
    }
}

/* A store of files that anybody rents by the hour, where programs keep data and nobody honest keeps a site.
 */
static bool is_object_store(struct slice host)
{
    static const char *const stores[] = {"storage.googleapis.com",
                                         "firebasestorage.googleapis.com",
                                         "blob.core.windows.net",
                                         "web.core.windows.net",
                                         "digitaloceanspaces.com",
                                         "wasabisys.com",
                                         "backblazeb2.com",
                                         "linodeobjects.com",
                                         "r2.dev",
                                         "myqcloud.com"};
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++)
        if (domain_within(host, slice_from_cstr(stores[i]))) return true;
    bool is_amazon = domain_within(host, SLICE("amazonaws.com"));
    return is_amazon && (slice_starts(host, SLICE("s3")) || slice_find(host, SLICE(".s3")) < host.len);
}

/* True when the path, without query and fragment, ends as a page's does. */
static bool leads_to_page(const struct link *link)
{
    static const char *const endings[] = {".html", ".htm", ".php", ".shtml", ".xhtml"};
    struct slice path = slice_head(link->path, slice_index(link->path, '?'));
    path = slice_head(path, slice_index(path, '#'));
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (slice_ends_nocase(path, slice_from_cstr(endings[i]))) return true;
    return false;
}

void detect_free_hosting(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (is_senders_own(context, link) || is_recipients_domain(context, link->host)) continue;
        bool is_stored_page = is_object_store(link->host) && leads_to_page(link);
        if (!is_stored_page && !knowledge_has_domain(context->knowledge, LIST_free_hosting, link->host))
            continue;
        finding_addf(context, link->url, "%.*s%s", SLICE_ARGS(link->host),
                     is_stored_page ? ": a page in a store of files" : "");
        if (is_stored_page) finding_grade(context, stored_page_weight);
    }
}

/* A segment of the path that is a brand's domain. */
static const struct brand *brand_in_path(const struct detect_context *context, const struct link *link)
{
    struct slice path = slice_head(link->path, slice_index(link->path, '?'));
    for (size_t n = 0; n < HOST_WORDS_MAX && path.len > 0; n++) {
        struct slice segment = slice_next_token(&path, '/');
        if (!segment.ptr) break;
        if (segment.len < 6 || slice_index(segment, '.') == segment.len) continue;
        const struct brand *brand = knowledge_brand_of(context->knowledge, segment);
        if (brand) return brand;
    }
    return NULL;
}

void detect_brand_in_name(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->host_is_ip || link->wrapper || knowledge_brand_of(context->knowledge, link->host)) continue;
        if (is_senders_own(context, link) || is_link_service(context, link->host)) continue;
        const struct brand *brand = host_brand_in_subdomain(context, link->host, link->registrable);
        if (!brand) brand = host_brand_among_words(context, link->host, link->registrable);
        if (!brand) brand = brand_in_path(context, link);
        if (brand)
            finding_addf(context, link->url, "%.*s in %.*s", SLICE_ARGS(brand->name), SLICE_ARGS(link->url));
    }
}

void detect_random_host(struct detect_context *context)
{
    struct link_walk walk = link_walk_hosts(context);
    for (const struct link *link; (link = link_walk_next(&walk));) {
        if (link->host_is_ip || is_senders_own(context, link) || is_link_service(context, link->host))
            continue;
        if (host_label_is_random(host_first_label(link->registrable)))
            finding_addf(context, link->url, "%.*s", SLICE_ARGS(link->host));
    }
}
