/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one user of zbar; see barcode.h. Only QR codes are searched, and their bytes are taken as they are: the
 * library would open converters of charsets.
 */
#include "analysis/inspect/barcode.h"

#include <stdlib.h>
#include <zbar.h>

#include "analysis/extract/base64.h"
#include "analysis/inspect/inspectors.h"
#include "analysis/inspect/magic.h"
#include "base/mem.h"

/* A code has at least 21 modules a side, and less than 3 pixels a module are not read reliably. */
enum { SIDE_MIN_PIXELS = 63, SCAN_MAX_PIXELS = 1 << 20, FINE_MAX_PIXELS = 1 << 18, COARSE_LINES = 2 };

bool barcode_wants_bytes(struct extractor *x, size_t len)
{
    uint64_t total = x->limits->image_total_max_bytes;
    if (len > total || x->image_bytes > total - len) {
        x->counters->limit_image_total_max_bytes++;
        return false;
    }
    x->image_bytes += len;
    return true;
}

bool barcode_wants_pixels(struct extractor *x, uint64_t width, uint64_t height)
{
    if (width < SIDE_MIN_PIXELS || height < SIDE_MIN_PIXELS) return false;
    if (width > x->limits->image_max_pixels / height) {
        x->counters->limit_image_max_pixels++;
        return false;
    }
    if (x->image_pixels < x->limits->image_total_max_pixels) return true;
    x->counters->limit_image_total_max_pixels++;
    return false;
}

static bool is_web_address(struct slice text)
{
    return slice_starts_nocase(text, SLICE("http://")) || slice_starts_nocase(text, SLICE("https://")) ||
           slice_starts_nocase(text, SLICE("www."));
}

/* The address in a bookmark, as telephones of Japan write it ("MEBKM:TITLE:a;URL:http\\://...;;"), in the
 * arena. */
static struct slice bookmark_address(struct extractor *x, struct slice text)
{
    if (!slice_starts_nocase(text, SLICE("MEBKM:"))) return text;
    struct slice rest = slice_skip(text, slice_find_nocase(text, SLICE("URL:")) + strlen("URL:"));
    char *out = arena_cstr(&x->message->arena, rest);
    size_t len = 0;
    for (size_t i = 0; i < rest.len && rest.ptr[i] != ';'; i++) {
        if (rest.ptr[i] == '\\' && i + 1 < rest.len) i++;
        out[len++] = (char)rest.ptr[i];
    }
    return slice_make(out, len);
}

static void add_code(struct extractor *x, struct barcode_place place, struct slice text)
{
    struct slice name = SLICE("");
    text = slice_trim(text);
    if (text.len == 0) return;
    if (place.file != SIZE_MAX) {
        name = x->message->files[place.file].name;
        inspect_add_fact(x, place.file, FACT_BARCODE, text);
    }
    x->counters->barcodes++;
    text = bookmark_address(x, text);
    if (is_web_address(text)) view_add_link(x, LINK_CODE, inspect_text(x, text), name, place.path);
}

static zbar_image_scanner_t *make_scanner(bool is_small)
{
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    if (!scanner) return NULL;
    int lines = is_small ? 1 : COARSE_LINES;
    (void)zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    (void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    (void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
    (void)zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_X_DENSITY, lines);
    (void)zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_Y_DENSITY, lines);
    /* Light on dark, as text in a dark window is. */
    (void)zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_TEST_INVERTED, is_small);
    return scanner;
}

static void scan(struct extractor *x, struct barcode_place place, const struct image *image)
{
    size_t pixels = image->width * image->height;
    zbar_image_scanner_t *scanner = make_scanner(pixels <= FINE_MAX_PIXELS);
    zbar_image_t *picture = scanner ? zbar_image_create() : NULL;
    if (picture) {
        zbar_image_set_format(picture, zbar_fourcc('Y', '8', '0', '0'));
        zbar_image_set_size(picture, (unsigned)image->width, (unsigned)image->height);
        zbar_image_set_data(picture, image->pixels, pixels, NULL);
        (void)zbar_scan_image(scanner, picture);
        for (const zbar_symbol_t *symbol = zbar_image_first_symbol(picture); symbol;
             symbol = zbar_symbol_next(symbol))
            add_code(x, place, slice_make(zbar_symbol_get_data(symbol), zbar_symbol_get_data_length(symbol)));
        zbar_image_destroy(picture);
    }
    if (scanner) zbar_image_scanner_destroy(scanner);
}

void barcode_read_image(struct extractor *x, struct barcode_place place, struct image *image)
{
    if (barcode_wants_pixels(x, image->width, image->height)) {
        x->image_pixels += image->width * (uint64_t)image->height;
        image_shrink(image, SCAN_MAX_PIXELS);
        scan(x, place, image);
    }
    free(image->pixels);
    *image = (struct image){0};
}

void barcode_read_file(struct extractor *x, struct barcode_place place, struct slice type,
                       struct slice content)
{
    image_decode_fn decode = image_find_decoder(type);
    struct image image = {0};
    if (!decode || !barcode_wants_bytes(x, content.len)) return;
    if (x->image_pixels >= x->limits->image_total_max_pixels) {
        x->counters->limit_image_total_max_pixels++;
        return;
    }
    enum image_result result = decode(content, x->limits->image_max_pixels, SCAN_MAX_PIXELS, &image);
    if (result == IMAGE_TOO_LARGE) x->counters->limit_image_max_pixels++;
    if (result == IMAGE_READ) barcode_read_image(x, place, &image);
}

void barcode_read_url(struct extractor *x, struct slice path, struct slice url)
{
    struct slice head = slice_head(url, slice_index(url, ','));
    bool is_picture =
        slice_starts_nocase(head, SLICE("data:image/")) && slice_ends_nocase(head, SLICE(";base64"));
    struct slice text = slice_skip(url, head.len + 1);
    if (!is_picture || text.len > x->limits->image_total_max_bytes * 2) return;
    uint8_t *bytes = mem_alloc(text.len + 4);
    struct base64_state state = {0};
    size_t len = base64_decode(&state, text, bytes);
    len += base64_finish(&state, bytes + len);
    struct slice content = slice_make(bytes, len);
    struct barcode_place place = {SIZE_MAX, path};
    barcode_read_file(x, place, slice_from_cstr(magic_detect(content)), content);
    free(bytes);
}

void image_inspect(struct extractor *x, size_t index)
{
    const struct file_part *file = &x->message->files[index];
    barcode_read_file(x, (struct barcode_place){index, file->path}, file->detected_type, file->content);
}
