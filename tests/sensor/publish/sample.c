/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hand-made mail; see sample.h.
 */
#include "sample.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

enum { SAMPLE_MAX_BYTES = 1 << 20, FINDINGS_MAX = 64 };

static const struct detection brand_rule = {.id = "S03",
                                            .title = "brand of another organisation",
                                            .title_ja = "送信ドメインと名乗りの不一致",
                                            .technique = "T1684.001",
                                            .seed = "C1 S2",
                                            .weight = 2.5};
static const struct detection link_rule = {.id = "U01",
                                           .title = "link text shows another site",
                                           .title_ja = "表示と異なるリンク先",
                                           .technique = "T1566.002",
                                           .seed = "P3e",
                                           .weight = 2};
static const struct detection bulk_rule = {
    .id = "R01", .title = "many unrelated recipients", .title_ja = "無関係な多数の宛先", .weight = 0.25};

static struct slice text(struct sample *sample, const char *literal)
{
    return arena_copy(&sample->message.arena, slice_from_cstr(literal));
}

struct mailbox_list sample_mailbox(struct sample *sample, const char *name, const char *address,
                                   const char *domain)
{
    struct mailbox *box = arena_zalloc(&sample->message.arena, 1, sizeof *box);
    *box = (struct mailbox){.name = text(sample, name), .address = text(sample, address)};
    box->domain = box->registrable = text(sample, domain);
    return (struct mailbox_list){box, 1};
}

void sample_add_finding(struct sample *sample, const struct detection *rule, struct slice evidence,
                        struct slice where)
{
    struct finding_list *list = &sample->judgement.verdict.findings;
    if (!list->items) list->items = arena_zalloc(&sample->message.arena, FINDINGS_MAX, sizeof *list->items);
    if (list->count == FINDINGS_MAX) abort();
    list->items[list->count++] = (struct finding){rule, evidence, where, rule->weight};
}

static struct flow make_flow(uint16_t port)
{
    static const uint8_t client[] = {192, 0, 2, 17}, server[] = {198, 51, 100, 25};
    struct flow flow = {.family = FAMILY_IPV4, .vlan_ids = {100, 7}, .vlan_count = 2};
    memcpy(flow.client.addr, client, sizeof client);
    memcpy(flow.server.addr, server, sizeof server);
    flow.client.port = 40321;
    flow.server.port = port;
    return flow;
}

static struct tls_facts *make_tls(struct arena *arena)
{
    struct tls_facts *facts = arena_zalloc(arena, 1, sizeof *facts);
    *facts = (struct tls_facts){.version = 0x0303,
                                .cipher = 0xc030,
                                .sni = SLICE("mx.example.co.jp"),
                                .alpn = SLICE("pop3"),
                                .ja3 = "0123456789abcdef0123456789abcdef",
                                .ja3s = "fedcba9876543210fedcba9876543210",
                                .ja4 = "t12d330700_81acdcf97981_3304d8368043",
                                .client_hello_seen = true,
                                .server_hello_seen = true,
                                .is_established = true};
    facts->certificate =
        (struct tls_certificate){.subject = SLICE("CN=mx.example.co.jp"),
                                 .issuer = SLICE("CN=Example CA,C=JP"),
                                 .serial = SLICE("0a1b"),
                                 .names = {SLICE("mx.example.co.jp"), SLICE("mail.example.co.jp")},
                                 .name_count = 2,
                                 .not_before_s = 1790000000,
                                 .not_after_s = 1800000000};
    memset(facts->certificate.sha256, 'e', 64);
    return facts;
}

static struct mail_anomaly *make_anomalies(struct arena *arena, size_t *count)
{
    struct mail_anomaly *anomalies = arena_zalloc(arena, 2, sizeof *anomalies);
    anomalies[0] = (struct mail_anomaly){ANOMALY_BARE_LF, 3, SLICE("EHLO x\n")};
    anomalies[1] = (struct mail_anomaly){ANOMALY_ODD_PORT, 1, SLICE("")};
    *count = 2;
    return anomalies;
}

static void set_recipients(struct mail *mail)
{
    struct mail_recipient *recipients = arena_zalloc(&mail->arena, 2, sizeof *recipients);
    recipients[0] = (struct mail_recipient){
        SLICE("taro@example.co.jp"), SLICE("NOTIFY=NEVER"), MAIL_ACCEPTED, 250, {"2.1.5"}};
    recipients[1] =
        (struct mail_recipient){SLICE("nobody@example.co.jp"), SLICE(""), MAIL_REFUSED, 550, {"5.1.1"}};
    mail->envelope.recipients = recipients;
    mail->envelope.recipient_count = 2;
}

static void set_session(struct mail *mail)
{
    mail->session.banner = SLICE("220 mx.example.co.jp ESMTP \xff");
    mail->session.helo = SLICE("vps.example.net");
    mail->session.user = SLICE("relay");
    mail->session.auth_mechanism = SLICE("PLAIN");
    mail->session.first_ns = 1795400000000000000ULL;
    mail->session.bytes = 4321;
    mail->envelope.mail_from = SLICE("bounce-1@mailer.example.net");
    mail->envelope.mail_from_seen = true;
    mail->envelope.mail_from_parameters = SLICE("BODY=8BITMIME");
    *mail_add_rcpt(mail) = SLICE("taro@example.co.jp");
    set_recipients(mail);
    mail->session.auth_result = AUTH_SUCCEEDED;
    mail->session.origin = SLICE("203.0.113.77");
    mail->session.tls = make_tls(&mail->arena);
    mail->session.tls->is_decrypted = true;
    mail->session.anomalies = make_anomalies(&mail->arena, &mail->session.anomaly_count);
    *mail_add_reply(mail) = (struct mail_reply){SLICE("MAIL"), 250, {"2.1.0"}};
    *mail_add_reply(mail) = (struct mail_reply){.command = SLICE("."), .code = 250};
    mail->accepted = MAIL_ACCEPTED;
}

static struct sample *sample_new(enum mail_protocol protocol)
{
    struct sample *sample = mem_zalloc(1, sizeof *sample);
    sample->mail = mail_new(SAMPLE_MAX_BYTES);
    sample->mail->protocol = protocol;
    sample->mail->via = protocol == MAIL_FILE ? MAIL_VIA_FILE : MAIL_VIA_DATA;
    sample->mail->last_ns = 1795400001234567890ULL;
    sample->mail->source_path = protocol == MAIL_FILE ? "mails/one.eml" : "captures/day.pcap";
    if (protocol != MAIL_FILE) sample->mail->flow = make_flow(25);
    sample->judgement.message = &sample->message;
    return sample;
}

struct sample *sample_clean(enum mail_protocol protocol)
{
    return sample_new(protocol);
}

static void set_links(struct sample *sample)
{
    struct link *links = arena_zalloc(&sample->message.arena, 2, sizeof *links);
    links[0] = (struct link){.source = LINK_HTML,
                             .url = SLICE("http://card-login.example.net/ログイン"),
                             .host = SLICE("card-login.example.net"),
                             .registrable = SLICE("example.net"),
                             .text = SLICE("https://www.example.com/"),
                             .where = SLICE("1.2")};
    links[1] = (struct link){.source = LINK_TEXT,
                             .url = SLICE("http://203.0.113.9/a"),
                             .host = SLICE("203.0.113.9"),
                             .registrable = SLICE("203.0.113.9"),
                             .text = SLICE("http://203.0.113.9/a"),
                             .where = SLICE("1.1"),
                             .host_is_ip = true};
    sample->message.links = links;
    sample->message.link_count = 2;
}

static void set_files(struct sample *sample)
{
    struct file_part *files = arena_zalloc(&sample->message.arena, 2, sizeof *files);
    files[0] = (struct file_part){.path = SLICE("2"),
                                  .name = SLICE("ご請求書.zip"),
                                  .extension = SLICE("zip"),
                                  .detected_type = SLICE("application/zip"),
                                  .size = 20480,
                                  .parent = SIZE_MAX};
    memset(files[0].md5, 'a', 32);
    memset(files[0].sha1, 'b', 40);
    memset(files[0].sha256, 'c', 64);
    files[1] = (struct file_part){.path = SLICE("2/請求書.pdf.exe"),
                                  .name = SLICE("請求書.pdf.exe"),
                                  .extension = SLICE("exe"),
                                  .detected_type = SLICE("application/octet-stream"),
                                  .size = 51200,
                                  .depth = 1,
                                  .is_encrypted = true};
    sample->message.files = files;
    sample->message.file_count = 2;
}

static void set_verdict(struct sample *sample)
{
    struct verdict *verdict = &sample->judgement.verdict;
    verdict->category = CATEGORY_PHISHING;
    verdict->severity = SEVERITY_HIGH;
    verdict->score = 87;
    verdict->reason =
        SLICE("The sender claims to be a card company, but writes from a domain that is not its own.");
    verdict->reason_ja =
        SLICE("カード会社を名乗っていますが、その会社のものではないドメインから送信されています。");
    verdict->advice = SLICE("Do not open the link. Ask the recipient whether a password was typed.");
    verdict->advice_ja = SLICE("リンクを開かず、パスワードを入力していないか受信者に確認してください。");
    sample_add_finding(sample, &brand_rule, SLICE("「例示カード」<info@card-login.example.net>"),
                       SLICE("header:From"));
    sample_add_finding(sample, &link_rule, SLICE("https://www.example.com/ → card-login.example.net"),
                       SLICE("1.2"));
    sample_add_finding(sample, &bulk_rule, SLICE("12 recipients in 9 domains"), SLICE(""));
}

struct sample *sample_phishing(unsigned number)
{
    struct sample *sample = sample_new(MAIL_SMTP);
    struct message *message = &sample->message;
    set_session(sample->mail);
    sample->mail->index = number;
    (void)buffer_printf(&sample->mail->bytes, "Subject: sample %u\r\n\r\nbody\r\n", number);
    message->from =
        sample_mailbox(sample, "例示カード", "info@card-login.example.net", "card-login.example.net");
    message->to = sample_mailbox(sample, "", "taro@example.co.jp", "example.co.jp");
    message->subject =
        slice_from_cstr(arena_printf(&message->arena, "【重要】カードのご利用確認 %u", number));
    message->message_id = SLICE("<1@card-login.example.net>");
    message->x_mailer = SLICE("Sample Mailer 1.0");
    message->has_date = true;
    message->date_s = 1795399990;
    set_links(sample);
    set_files(sample);
    set_verdict(sample);
    return sample;
}

static struct session_tally make_tally(struct arena *arena, const char *first, const char *second)
{
    struct session_count *items = arena_zalloc(arena, 2, sizeof *items);
    items[0] = (struct session_count){slice_from_cstr(first), 2};
    items[1] = (struct session_count){slice_from_cstr(second), 1};
    return (struct session_tally){items, 2};
}

struct session_report *sample_session(void)
{
    struct session_report *report = mem_zalloc(1, sizeof *report);
    struct arena *arena = &report->arena;
    report->flow = make_flow(1100);
    report->protocol = MAIL_POP3;
    report->close = STREAM_CLOSE_RST;
    report->source_path = "captures/day.pcap";
    report->first_ns = 1795400000000000000ULL;
    report->last_ns = 1795400001234567890ULL;
    report->bytes[DIR_TO_SERVER] = 1000;
    report->bytes[DIR_TO_CLIENT] = 4000;
    report->missing[DIR_TO_CLIENT] = 1460;
    report->commands = make_tally(arena, "USER", "STLS");
    report->replies = make_tally(arena, "+OK", "-ERR");
    report->mails = 2;
    report->mails_incomplete = 1;
    report->banner = SLICE("+OK mx.example.co.jp \xff");
    report->user = SLICE("taro");
    report->auth_mechanism = SLICE("USER");
    report->auth_result = AUTH_FAILED;
    report->auth_attempts = report->auth_failures = 2;
    report->starttls = report->is_encrypted = true;
    report->tls = make_tls(arena);
    report->anomalies = make_anomalies(arena, &report->anomaly_count);
    return report;
}

void sample_free(struct sample **sample)
{
    mail_free(&(*sample)->mail);
    arena_free(&(*sample)->message.arena);
    free(*sample);
    *sample = NULL;
}
