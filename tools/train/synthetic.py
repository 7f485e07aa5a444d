#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the mails that the shipped text model is learnt from: OUT/ham/TOPIC/*.eml and OUT/bad/TOPIC/*.eml.

The phrases stand in phrases_en.txt, phrases_ja.txt and phrases_eu.txt beside this script, written for this project; topics, sentences,
names, figures, build and charset are drawn at random from a seed, so that the same call gives the same mails.
"""
import argparse
import random
import re
from email.header import Header
from pathlib import Path

HTML_SHARE = 0.4  # of honest and unwanted mail alike
HERE = Path(__file__).parent
WORDS = {
    "first": "Anna Ben Carol David Emma Frank Grace Henry Irene James Karen Liam Maria Nick Olivia Peter Rosa Sam Tina Victor",
    "last": "Adams Baker Clark Dawson Evans Fischer Garcia Hughes Ito Jensen Klein Lopez Martin Novak Owens Patel Rossi Smith",
    "company": "Northwind Acme Lakeside Brightwater Stonebridge Orbit Greenfield Harbor Summit Redwood",
    "city": "London Paris Berlin Tokyo Osaka Boston Chicago Madrid Oslo Sydney Lagos Dubai Moscow Toronto",
    "weekday": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "month": "January February March April May June July August September October November December",
    "word": "alpha garden orion linux-users webdev tamago kernel photon weather cinema sakura delta report maple",
    "sei": "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 松本 井上 木村 斎藤 清水 森 池田 橋本",
    "mei": "健太 美咲 大輔 陽子 直樹 恵 翔太 真由美 隆 彩 誠 由紀 拓也 千尋",
}


def load_phrases(path):
    """Slots by name, topics as (label, name) -> {'S': […], 'B': […], 'C': […]}."""
    slots, topics, current = {}, {}, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        if line.startswith("["):
            label, _, name = line[1:-1].partition(" ")
            current = topics.setdefault((label, name), {}) if name else None
        elif current is None:
            name, _, value = line.partition(" = ")
            slots[name] = split_choices(value)
        else:
            current[line[0]] = split_choices(line[2:].strip(" "))
    return slots, topics


def split_choices(text):
    """Splits at the bars outside of parentheses that hold bars themselves."""
    parts, depth, piece = [], 0, ""
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == "|" and depth <= 0:
            parts.append(piece)
            piece, depth = "", 0
        else:
            piece += c
    return [p.strip() for p in parts + [piece]]


class Writer:
    def __init__(self, language, rng):
        self.slots, self.topics = load_phrases(HERE / f"phrases_{language}.txt")
        self.language, self.rng = language, rng

    def number(self, low, high):
        return str(self.rng.randint(low, high))

    def fill_slot(self, name):
        r = self.rng
        made = {
            "n": lambda: self.number(2, 60),
            "nn": lambda: self.number(10, 26),
            "num": lambda: self.number(10000, 99999999),
            "hour": lambda: r.choice([f"{r.randint(8, 18)}:{r.choice(['00', '30'])}", f"{r.randint(8, 18)}時"])
            if self.language == "ja" else f"{r.randint(1, 12)}:{r.choice(['00', '30'])}",
            "amount": lambda: r.choice("$$$€£") + f"{r.randint(2, 9999):,}",
            "yen": lambda: f"{r.randint(1, 900) * 100:,}",
            "phone": lambda: f"+1 (8{self.number(10, 88)}) 555-0{self.number(100, 199)}",
            "ja_phone": lambda: f"0{self.number(3, 9)}-0000-{self.number(1000, 9999)}",
            "date_ja": lambda: r.choice([f"{r.randint(1, 12)}月{r.randint(1, 28)}日", "来週月曜日", "今週金曜日", "明日", "月末"]),
            "month_ja": lambda: f"{r.randint(1, 12)}月",
            "url": lambda: f"https://host{self.number(1, 999)}.example/{self.number(1, 9999)}",
            "address": lambda: f"user{self.number(1, 99)}@example.net",
        }
        if name in made:
            return made[name]()
        if name in WORDS:
            return r.choice(WORDS[name].split())
        return self.expand(r.choice(self.slots[name]))

    def expand(self, text):
        """Chooses among (a|b|c), innermost first, and fills the slots."""
        group = re.compile(r"\(([^()]*\|[^()]*)\)")
        while match := group.search(text):
            text = text[:match.start()] + self.rng.choice(match[1].split("|")) + text[match.end():]
        return re.sub(r"\{(\w+)\}", lambda m: self.fill_slot(m[1]), text)

    def sentences(self, topic):
        count = min(len(topic["B"]), self.rng.choice([2, 3, 4, 5, 6, 8, 11]))
        return [self.expand(s) for s in self.rng.sample(topic["B"], count)]

    def compose(self, label, name):
        topic = self.topics[label, name]
        joint = "\n" if self.language == "ja" else self.rng.choice([" ", "\n", " "])
        body = self.sentences(topic)
        cut = self.rng.randint(0, len(body))
        pieces = [self.fill_slot(f"greet_{label}"), joint.join(body[:cut]), joint.join(body[cut:]),
                  self.expand(self.rng.choice(topic["C"])), self.fill_slot(f"sign_{label}")]
        text = "\n\n".join(p for p in pieces if p).replace("<br>", "\n")
        return self.expand(self.rng.choice(topic["S"])), text


def as_html(text, rng):
    """The text as an HTML body; addresses become links, some of them behind words."""
    def link(match):
        return f'<a href="{match[0]}">{rng.choice([match[0], match[0], "web"])}</a>'
    lines = re.sub(r"https://\S+", link, text.replace("&", "&amp;").replace("<", "&lt;")).split("\n")
    tag = rng.choice(["p", "div", "td"])
    body = "\n".join(f"<{tag}>{line}</{tag}>" for line in lines)
    return f"<html><body>{'<table><tr>' + body + '</tr></table>' if tag == 'td' else body}</body></html>"


def encode_mail(subject, text, language, html_share, rng):
    """The bytes of a mail; the charset is one in use for the language."""
    is_html = rng.random() < html_share
    charset = rng.choice(["utf-8", "iso-2022-jp"]) if language == "ja" else "utf-8"
    content = as_html(text, rng) if is_html else text
    try:
        payload = content.encode(charset)
    except UnicodeEncodeError:
        charset, payload = "utf-8", content.encode("utf-8")
    head = [f"From: sender@example.{rng.choice(['com', 'net', 'org'])}", "To: reader@example.jp",
            f"Subject: {Header(subject, 'utf-8', maxlinelen=900).encode()}", "MIME-Version: 1.0",
            f"Content-Type: text/{'html' if is_html else 'plain'}; charset={charset}",
            f"Content-Transfer-Encoding: {'7bit' if charset != 'utf-8' else '8bit'}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + payload.replace(b"\n", b"\r\n") + b"\r\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to make")
    parser.add_argument("-n", "--count", type=int, default=300, help="mails a topic")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    for language in ("en", "ja", "eu"):
        writer = Writer(language, rng)
        for label, name in writer.topics:
            folder = options.output / label / f"{language}_{name}"
            folder.mkdir(parents=True, exist_ok=True)
            for i in range(options.count):
                subject, text = writer.compose(label, name)
                (folder / f"{i:04}.eml").write_bytes(encode_mail(subject, text, language, HTML_SHARE, rng))


if __name__ == "__main__":
    main()
