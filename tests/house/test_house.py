#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of the house find what they look for: each is shown a small house with one thing wrong."""
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "tools")]

import check_layers  # noqa: E402
import check_size  # noqa: E402
import check_symbols  # noqa: E402
import config_doc  # noqa: E402

RULES = "room base:\nroom analysis: base/ reassembly/mail.h\nroom reassembly: base/\nheader nids.h: reassembly/nids.c\n"
HOUSE = {"base/a.h": "", "reassembly/mail.h": '#include "base/a.h"\n', "reassembly/flow.h": "",
         "reassembly/nids.c": "#include <nids.h>\n#include <stdlib.h>\n",
         "analysis/a.c": '#include "base/a.h"\n#include "reassembly/mail.h"\n'}
DEFS = {"reassembly/limits.def": 'LIMIT(depth_max, 4, 0, 16, "tags, \\"Q\\" (each)")\n',
        "reassembly/counters.def": 'COUNTER(frames, "frames "\n        "read")\n', "sensor/summary.def": "",
        "reassembly/anomalies.def": 'ANOMALY(BARE, "bare", "was seen",\n        "do this")\n'}


class HouseTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)

    def build(self, *houses):
        for name, text in (item for house in houses for item in house.items()):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)

    def run_check(self, function, *arguments):
        self.printed = io.StringIO()
        with contextlib.redirect_stdout(self.printed):
            return function([str(argument) for argument in arguments])

    def layers(self, changes):
        self.build(HOUSE, changes, {"rules.txt": RULES})
        return self.run_check(check_layers.main, self.root, self.root / "rules.txt")

    def test_layers_of_a_good_house(self):
        self.assertEqual(self.layers({}), 0)

    def test_layers_include_against_the_way(self):
        self.assertEqual(self.layers({"base/b.c": '#include "analysis/a.h"\n', "analysis/a.h": ""}), 1)
        self.assertIn("base/b.c:1", self.printed.getvalue())

    def test_layers_room_behind_its_door(self):
        self.assertEqual(self.layers({"analysis/b.c": '\n#include "reassembly/flow.h"\n'}), 1)
        self.assertIn("analysis/b.c:2", self.printed.getvalue())

    def test_layers_foreign_header_out_of_place(self):
        self.assertEqual(self.layers({"analysis/b.c": "#include <nids.h>\n"}), 1)

    def test_layers_unknown_library(self):
        self.assertEqual(self.layers({"base/b.c": "#include <curl/curl.h>\n"}), 1)

    def test_layers_row_without_use(self):
        self.assertEqual(self.layers({"reassembly/nids.c": "\n"}), 1)

    def test_size_counts_a_function_with_its_head(self):
        lines = "/* a comment */\nstatic int\nf(int a)\n{\n    return a;\n}\n\nint x = {\n};\n".splitlines()
        self.assertEqual(list(check_size.functions(lines)), [(2, 5)])

    def test_size_figures(self):
        self.assertEqual(list(check_size.judge([10] * 99 + [81])), [])
        self.assertEqual(len(list(check_size.judge([10] * 80 + [50] * 20))), 1)
        self.assertEqual(len(list(check_size.judge([10] * 97 + [81] * 3))), 1)
        self.assertEqual(len(list(check_size.judge([23] * 10))), 1)

    def test_size_long_file(self):
        body = "int f(void)\n{\n    return 0;\n}\n"
        self.build({f"{room}/.keep": "" for room in check_size.ROOMS}, {"base/a.c": body + "\n" * 497})
        self.assertEqual(self.run_check(check_size.main, self.root), 1)
        (self.root / "base/a.c").write_text(body + "\n" * 496)
        self.assertEqual(self.run_check(check_size.main, self.root), 0)

    def symbols(self, source):
        self.build({"a.c": source, "b.c": "int base_two(void);\nint base_two(void)\n{\n    return 2;\n}\n"})
        compiler = os.environ.get("CC", "cc")
        for unit in "ab":
            subprocess.run([compiler, "-O0", "-c", f"{unit}.c", "-o", f"{unit}.o"], cwd=self.root, check=True)
        for name, units in (("base", "ab"), ("reassembly", "b"), ("analysis", "b")):
            subprocess.run(["ar", "rcs", f"libmailtap_{name}.a", *(f"{unit}.o" for unit in units)], cwd=self.root, check=True)
        return self.run_check(check_symbols.main, self.root)

    def test_symbols_of_a_good_house(self):
        self.assertEqual(self.symbols("int base_one(void) { return 1; }"), 0)

    def test_symbols_taken_name(self):
        self.assertEqual(self.symbols("static int used; int hash_one(void) { return used; }"), 1)
        self.assertIn("hash_one", self.printed.getvalue())

    def test_symbols_call_of_the_system(self):
        self.assertEqual(self.symbols("#include <time.h>\nlong base_now(void) { return (long)time(0); }"), 1)
        self.assertIn("time()", self.printed.getvalue())

    def test_symbols_missing_library(self):
        self.assertEqual(self.run_check(check_symbols.main, self.root), 1)

    def test_symbols_names_behind_macros(self):
        self.assertEqual([check_symbols.plain(name) for name in ("__open64_2", "__read_chk", "fopen64", "time")],
                         ["open", "read", "fopen", "time"])

    def documents(self, *options):
        self.printed = io.StringIO()
        with contextlib.redirect_stdout(self.printed):
            return config_doc.main([*options, str(self.root)])

    def test_documents_follow_the_rows(self):
        self.build(DEFS, {"docs/.keep": ""})
        self.assertEqual(self.documents("--check"), 1)
        self.assertEqual(self.documents(), 0)
        self.assertEqual(self.documents("--check"), 0)
        self.assertIn("| `reassembly.frames` | frames read |", (self.root / "docs/counters.md").read_text())
        self.build({"reassembly/limits.def": DEFS["reassembly/limits.def"].replace("4", "5")})
        self.assertEqual(self.documents("--check"), 1)

    def test_anomalies_are_a_document(self):
        self.build(DEFS, {"docs/.keep": ""})
        self.assertEqual(self.documents(), 0)
        self.assertIn("| `bare` | was seen | do this |", (self.root / "docs/anomalies.md").read_text())
        row = DEFS["reassembly/anomalies.def"]
        for wrong in (row + row, row.replace('"do this"', "do_this")):
            self.build({"reassembly/anomalies.def": wrong})
            with self.assertRaises(SystemExit):
                self.documents("--check")

    def test_documents_refuse_what_they_cannot_read(self):
        self.build(DEFS, {"docs/.keep": "", "reassembly/limits.def": 'LIMIT(depth_max, 4u, 0, 16, "x")\n'})
        with self.assertRaises(SystemExit):
            self.documents()


if __name__ == "__main__":
    unittest.main()
