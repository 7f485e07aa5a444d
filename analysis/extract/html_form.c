/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * See html_form.h.
 */
#include "analysis/extract/html_form.h"

#include "analysis/extract/url.h"

enum { FORMS_MAX = 256 };

static struct html_form *add_form(struct extractor *x, struct html_forms *forms)
{
    struct arena *arena = &x->message->arena;
    if (forms->count >= FORMS_MAX) return NULL;
    forms->items = view_grow(arena, forms->items, forms->count, &forms->cap, sizeof *forms->items);
    forms->current = forms->count;
    return &forms->items[forms->count++];
}

void html_form_open(struct extractor *x, struct html_forms *forms, struct slice action)
{
    struct html_form *form = add_form(x, forms);
    forms->has_loose = false;
    if (!form) return;
    form->action = arena_copy(&x->message->arena, slice_trim(action));
    form->action_host = url_parse(&x->message->arena, form->action).host;
}

void html_form_close(struct html_forms *forms)
{
    forms->current = HTML_FORM_NONE;
}

/* Kinds of <input> in which nothing is typed. */
static bool is_typed(struct slice type)
{
    static const char *const others[] = {"hidden",   "submit", "button", "image", "reset",
                                         "checkbox", "radio",  "file",   "color", "datetime-local",
                                         "range",    "date",   "month",  "time"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (slice_equal_nocase(type, slice_from_cstr(others[i]))) return false;
    }
    return true;
}

static bool names_password(struct slice name)
{
    static const char *const words[] = {"passw",  "pwd",  "passcode",  "passphrase",
                                        "anshou", "暗証", "パスワード"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (name.len > 0 && slice_find_nocase(name, slice_from_cstr(words[i])) < name.len) return true;
    }
    return slice_equal_nocase(name, SLICE("pin")) || slice_equal_nocase(name, SLICE("pass"));
}

void html_form_input(struct extractor *x, struct html_forms *forms, struct slice type, struct slice name,
                     struct slice id, bool is_button)
{
    if (is_button || !is_typed(type)) return;
    bool loose = forms->current == HTML_FORM_NONE;
    if (loose && forms->has_loose) forms->current = forms->count - 1;
    struct html_form *form =
        forms->current == HTML_FORM_NONE ? add_form(x, forms) : &forms->items[forms->current];
    if (loose) {
        forms->has_loose = true;
        forms->current = HTML_FORM_NONE;
    }
    if (!form) return;
    form->input_count++;
    if (slice_equal_nocase(type, SLICE("password")) || names_password(name) || names_password(id))
        form->has_password = true;
}
