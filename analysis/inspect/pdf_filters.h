/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The filters of PDF streams (ISO 32000-1, 7.4) that are no image codecs. Each writes at most out->max bytes
 * and works in time linear in what it reads and writes.
 */
#ifndef MAILTAP_ANALYSIS_INSPECT_PDF_FILTERS_H
#define MAILTAP_ANALYSIS_INSPECT_PDF_FILTERS_H

#include "base/buffer.h"

/* Appends `data` decoded; what is damaged ends the data. */
typedef void (*pdf_filter_fn)(struct slice data, struct buffer *out);

/* The filter with this name ("/FlateDecode", "/Fl"), or NULL when it is not decoded here. */
pdf_filter_fn pdf_find_filter(struct slice name);

/* Undoes the predictor (TIFF's or PNG's) of rows of `columns` pixels with `colors` samples of `bits` bits, in
 * place; returns the new length. */
size_t pdf_undo_predictor(uint8_t *data, size_t len, unsigned predictor, size_t columns, unsigned colors,
                          unsigned bits);

#endif
