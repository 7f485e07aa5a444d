#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains a small model on made-up mails, judges mails of another seed, and gives it to mailtap by the configuration."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TRAIN, MAILTAP, SYNTHETIC = sys.argv[1:4]


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


class Training(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        for name, seed in (("learn", 1), ("judge", 2)):
            done = run(sys.executable, "-B", SYNTHETIC, "-o", cls.root / name, "--count", 12, "--seed", seed)
            assert done.returncode == 0, done.stderr
        cls.model = cls.root / "own.model"
        cls.trained = run(TRAIN, "--ham", cls.root / "learn/ham", "--bad", cls.root / "learn/bad", "-o", cls.model)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def scores(self, label):
        done = run(TRAIN, "--score", self.model, self.root / "judge" / label)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [float(line.split("\t")[0]) for line in done.stdout.splitlines()]

    def test_mails_of_another_seed_are_told_apart(self):
        self.assertEqual(self.trained.returncode, 0, self.trained.stderr)
        ham, bad = self.scores("ham"), self.scores("bad")
        self.assertGreater(sum(s > 0 for s in bad), 0.9 * len(bad))
        self.assertLess(sum(s > 0 for s in ham), 0.1 * len(ham))

    def test_the_same_mails_give_the_same_model(self):
        again = self.root / "again.model"
        run(TRAIN, "--ham", self.root / "learn/ham", "--bad", self.root / "learn/bad", "-o", again)
        self.assertEqual(again.read_bytes(), self.model.read_bytes())

    def test_the_configuration_names_a_model(self):
        config = self.root / "mailtap.yaml"
        config.write_text(f"analysis:\n  model_file: '{self.model}'\n")
        mails = self.root / "judge/bad/en_goods"
        done = run(MAILTAP, "analyze", "-q", "-c", config, "--records", "messages", mails)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = [f for line in done.stdout.splitlines() for f in json.loads(line)["mailtap"]["findings"]]
        self.assertTrue(any(f["id"] == "B20" for f in found))

    def test_what_is_no_model_is_refused(self):
        for content in (b"", b"MTMODEL1", self.model.read_bytes()[:-1]):
            (self.root / "broken.model").write_bytes(content)
            config = self.root / "broken.yaml"
            config.write_text(f"analysis:\n  model_file: {self.root / 'broken.model'}\n")
            done = run(MAILTAP, "analyze", "-q", "-c", config, self.root / "judge/bad/en_goods")
            self.assertEqual(done.returncode, 2)
            self.assertIn("model", done.stderr)

    def test_training_needs_both_kinds(self):
        done = run(TRAIN, "--ham", self.root / "learn/ham", "-o", self.root / "x.model")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(run(TRAIN, "--ham", self.root / "absent", "-o", self.root / "x.model").returncode, 1)
        self.assertEqual(run(TRAIN).returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
