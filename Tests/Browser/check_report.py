#!/usr/bin/env python3
"""Opens reports in a headless Chromium: pictures in two widths and themes, numbers, structure, hostile labels.

Every number on a page that is cited from run.json or verdict.json must be the number of that file, and the text shown for it its
rounding; nothing may be asked of a network, said on the console or refused by the page's policy.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys

from browser import Browser

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "EngineTests", "Fixtures")
LIMIT = 3_000_000
HOSTILE = [
    "</script><script>window.hacked=1</script>", "<img src=x onerror=window.hacked=1>",
    '" onmouseover="window.hacked=1', "' autofocus onfocus='window.hacked=1", "{{constructor.constructor('window.hacked=1')()}}",
    "' OR 1=1 --", "=HYPERLINK(0)", "]]><svg/onload=window.hacked=1>", "&lt;b&gt;", "javascript:window.hacked=1",
    "</title><style>*{display:none}</style>", "<!-- a comment", "\u202eright to left", "a\u2028b", "cat", "dog", "tree",
    "http://example.invalid/x.png", "url(http://example.invalid/y.png)", "\U0001F600 face", "e\u0301" * 3,
]


def resolve(value, pointer):
    """The value at a JSON Pointer."""
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def shown(text):
    """The number that a text shows, and half a unit of its last digit."""
    text = text.replace("\u2212", "-").replace("\u202f", "").replace("\u00a0", "")
    factor = 1.0
    if text.endswith("%"):
        text, factor = text[:-1], 0.01
    power = re.fullmatch(r"(-?[\d.]+)·10(⁻?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    if power:
        exponent = int("".join(str("⁰¹²³⁴⁵⁶⁷⁸⁹".index(c)) for c in power[3])) * (-1 if power[2] else 1)
        text, factor = power[1], 10.0**exponent
    digits = len(text.split(".")[1]) if "." in text else 0
    return float(text) * factor, 0.5 * 10.0**-digits * factor


def check_numbers(browser, runs):
    """Compares every cited number with its file."""
    files = {}
    cited = browser.evaluate(
        "[...document.querySelectorAll('data')].map(d => [d.value, d.dataset.of, d.dataset.as || '', d.textContent])")
    wrong = []
    for value, place, role, text in cited:
        file, pointer = place.split("#", 1)
        if file not in files:
            run, name = file.split(":", 1)
            with open(os.path.join(runs[int(run)], name), encoding="utf-8") as stream:
                files[file] = json.load(stream)
        number = resolve(files[file], pointer)
        number = 1 - number if role == "complement" else number
        if float(value) != number:
            wrong.append(f"{place}: found {value}, expected {number}")
        found, half = shown(text)
        points = 100 if "causes" in pointer or pointer.endswith("/gain") else 1
        scales = [number, number * points]
        if all(abs(found - scale) > half * (1 + 1e-9) + 1e-12 for scale in scales):
            wrong.append(f"{place}: shown as {text}, expected {number}")
    return wrong, len(cited)


def check(browser, page, runs, pictures, name, least=0):
    """All that is asked of a page; returns what is wrong."""
    wrong = []
    if os.path.getsize(page) >= LIMIT:
        wrong.append(f"{os.path.getsize(page)} bytes, expected under {LIMIT}")
    with open(os.path.join(HERE, "page_checks.js"), encoding="utf-8") as stream:
        checks = stream.read()
    with open(os.path.join(HERE, "structure_checks.js"), encoding="utf-8") as stream:
        structure = stream.read()
    for width in (380, 1600):
        for theme in ("light", "dark"):
            browser.open(page, width, theme)
            browser.screenshot(os.path.join(pictures, f"{name}-{width}-{theme}.png"))
            wrong += [f"{width} {theme}: {what}" for what in browser.evaluate(checks)]
            wrong += [f"{width} {theme}: {what}" for what in browser.complaints()]
    # On paper, 190 mm wide at 96 pixels an inch, nothing is cut off.
    browser.open(page, 718, "dark", "print")
    browser.screenshot(os.path.join(pictures, f"{name}-print.png"))
    if browser.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("print: wider than the paper")
    browser.open(page)
    wrong += browser.evaluate(structure)
    numbers, count = check_numbers(browser, runs)
    wrong += numbers
    if count < least:
        wrong.append(f"{count} numbers are cited, expected at least {least}")
    if browser.evaluate("typeof window.hacked") != "undefined":
        wrong.append("a label has run")
    wrong += browser.complaints()
    # The policy holds: what is put in now does not run either, and is told of.
    browser.evaluate(
        "(() => { const s = document.createElement('script'); s.textContent = 'window.hacked = 2'; document.body.append(s);"
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>'); })()")
    browser.evaluate("new Promise(done => setTimeout(done, 50))")
    if browser.evaluate("typeof window.hacked") != "undefined":
        wrong.append("the policy lets scripts run")
    if len([what for what in browser.complaints() if "Content Security Policy" in what]) < 2:
        wrong.append("the policy is not told of")
    print(f"{name}: {os.path.getsize(page)} bytes, {count} numbers cited, {len(wrong)} wrong")
    return [f"{name}: {what}" for what in wrong]


def hostile(lensctl, work):
    """A run whose labels, pictures and directory try to act, judged, and its report."""
    place = os.path.join(work, "<img src=x onerror=window.hacked=1>")
    os.makedirs(place, exist_ok=True)
    labels, names = os.path.join(work, "labels.txt"), os.path.join(work, "names.txt")
    for file in (labels, names):
        with open(file, "w", encoding="utf-8") as stream:
            stream.write("".join(label + "\n" for label in HOSTILE))
    header = json.dumps({
        "top_picture_ids": {"dtype": "I32", "shape": [48, 2], "data_offsets": [0, 384]}}).encode()
    firing = os.path.join(work, "firing.safetensors")
    with open(firing, "wb") as stream:
        stream.write(len(header).to_bytes(8, "little") + header)
        for feature in range(48):
            for picture in (feature % len(HOSTILE), -1 if feature % 5 == 0 else 3):
                stream.write(picture.to_bytes(4, "little", signed=True))
    run, page = os.path.join(place, "run"), os.path.join(place, "report.html")
    subprocess.run(
        [lensctl, "verdict", "--model", os.path.join(FIXTURES, "clip", "quick-gelu"), "--sae",
         os.path.join(FIXTURES, "sae", "standard-new"), "--labels", labels, "--direction", "decoder",
         "--variant", "dec.full", "--variant", "enc.full", "--variant", "dec.abs", "--alpha-sweep", "0.1,1,13",
         "--template", "<script>window.hacked=1</script> {label}", "--template", "A photo of a {label}.",
         "--compare-templates", "--null-banks", "40", "--out", run, "--force", "--quiet",
         "--no-cache"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(
        [lensctl, "report", run, "--out", page, "--force", "--fires-on", firing, "--fires-on-names", names],
        check=True)
    return page, run


def campaign(lensctl, work):
    """A campaign that was merged, two autoencoders by variants in two vocabularies with names that try to act, and its report."""
    place = os.path.join(work, "<img src=x onerror=window.hacked=1> campaign")
    os.makedirs(os.path.join(place, "saes"))
    for name in ("plain", "<b onmouseover=window.hacked=1>"):
        shutil.copytree(os.path.join(FIXTURES, "sae", "standard-new"), os.path.join(place, "saes", name))
    for name, labels in (("words.txt", HOSTILE), ("few words.txt", HOSTILE[14:])):
        with open(os.path.join(place, name), "w", encoding="utf-8") as stream:
            stream.write("".join(label + "\n" for label in labels))
    plan = os.path.join(place, "campaign.toml")
    with open(plan, "w", encoding="utf-8") as stream:
        stream.write(f"""out = "done"
[[reading]]
model = {json.dumps(os.path.abspath(os.path.join(FIXTURES, "clip", "quick-gelu")))}
saes = ["saes/*"]
labels = ["words.txt", "few words.txt"]
variants = ["dec.full", "enc.full"]
top = 3
[reading.verdict]
null_banks = 40
""")
    done, page = os.path.join(place, "done"), os.path.join(place, "summary.html")
    for command in (["plan", plan], ["run", done], ["merge", done]):
        subprocess.run([lensctl, "campaign", *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run([lensctl, "report", os.path.join(done, "summary.json"), "--out", page], check=True)
    return page, done


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lensctl", required=True)
    parser.add_argument("--work", required=True, help="what is made goes here, pictures too")
    parser.add_argument("--page", help="a report that was made before")
    parser.add_argument("--run", action="append", default=[], help="its run; repeat for several")
    options = parser.parse_args()
    work = os.path.join(options.work, "report")
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    lensctl = os.path.abspath(options.lensctl)
    page, run = hostile(lensctl, work)
    summary, done = campaign(lensctl, work)
    pages = [("hostile", page, [run], 50), ("campaign", summary, [done], 20)]
    if options.page:
        pages.append(("report", options.page, options.run, 300))
        several = os.path.join(work, "several.html")
        runs = options.run + [run]
        subprocess.run([lensctl, "report", *runs, "--out", several, "--cards", "2"], check=True)
        pages.append(("several", several, runs, 300))
    browser = Browser()
    try:
        wrong = []
        for name, page, runs, least in pages:
            wrong += check(browser, page, runs, work, name, least)
    finally:
        browser.close()
    for what in wrong:
        print(what, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
