"""Judges what Noroshi publishes with four readers from PyPI, many files in one process.

    python judge.py csaf FILE...           package csaf, preset "basic", for CSAF 2.0 and 2.1
    python judge.py security-txt FILE...   package sectxt, errors only
    python judge.py feed FILE...           package feedparser, strictly: well formed, complete, dated
    python judge.py cyclonedx FILE...      package cyclonedx-python-lib: schema, and every reference leads somewhere

Paths are arguments, or one a line on stdin. Prints one JSON object
{judge, python, documents, findings: [...]}; nothing is ever fetched.
Exit: 0 no finding, 1 findings, 2 could not judge.
"""

import json
import platform
import re
import sys
from importlib import import_module, metadata

CSAF_MODULES = {"2.0": "csaf.csaf.v20._validator", "2.1": "csaf.csaf.v21._validator"}


def stop(message):
    print(f"judge: {message}", file=sys.stderr)
    sys.exit(2)


def judge_csaf(path):
    """Yields the failed mandatory tests and schema errors of one document."""
    with open(path, "rb") as file:
        document = json.load(file)
    version = document.get("document", {}).get("csaf_version")
    if version not in CSAF_MODULES:
        yield "version", f"csaf_version is {version!r}"
        return
    validate = import_module(CSAF_MODULES[version]).validate
    report = validate(document, path=path, preset="basic")
    mandatory = 0
    for result in report.results:
        if result.group not in ("schema", "mandatory"):
            continue
        if result.skipped:
            yield result.id, f"was skipped: {result.title}"
            continue
        mandatory += 1
        for error in result.errors:
            yield result.id, str(getattr(error, "message", error))
        if not result.passed and not result.errors:
            yield result.id, result.title
    if report.overall_valid and mandatory < 10:
        yield "judge", f"only {mandatory} tests were run"
    if not report.overall_valid and mandatory == 0:
        yield "judge", "not valid, without an explanation"


def judge_security_txt(path):
    """Yields the errors of one security.txt; recommendations are not errors."""
    parser = import_module("sectxt").Parser
    with open(path, "rb") as file:
        verdict = parser(file.read())
    for error in verdict.errors:
        yield error["code"], f"line {error['line']}: {error['message']}"


def judge_feed(path):
    """Yields what a feed reader would miss: feedparser itself forgives too much."""
    with open(path, "rb") as file:
        feed = import_module("feedparser").parse(file.read())
    if feed.bozo:
        yield "well-formed", str(feed.bozo_exception)
    if not feed.version:
        yield "version", "neither Atom nor RSS"
        return
    for field in ("title", "link"):
        if not feed.feed.get(field):
            yield "feed", f"the feed has no {field}"
    atom = feed.version.startswith("atom")
    if atom and not (feed.feed.get("id") and feed.feed.get("updated_parsed")):
        yield "feed", "the feed has no id or no readable updated"
    seen = set()
    for number, entry in enumerate(feed.entries, 1):
        for field in ("id", "title", "link"):
            if not entry.get(field) and not (field == "id" and not atom):
                yield "entry", f"entry {number} has no {field}"
        if not (entry.get("updated_parsed") or entry.get("published_parsed")):
            yield "entry", f"entry {number} has no readable date"
        key = entry.get("id") or entry.get("link")
        if key in seen:
            yield "entry", f"entry {number} repeats the id {key}"
        seen.add(key)


def judge_cyclonedx(path):
    """Yields the schema errors of one list of components, and references to what is not in it."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    document = json.loads(text)
    version = import_module("cyclonedx.schema").SchemaVersion.from_version(document["specVersion"])
    validator = import_module("cyclonedx.validation.json").JsonStrictValidator(version)
    errors = list(validator.validate_str(text, all_errors=True) or ())
    for error in errors:
        yield "schema", str(error)[:300]
    if errors:
        return
    import_module("cyclonedx.model.bom").Bom.from_json(document).validate()
    is_expression = import_module("cyclonedx.spdx").is_expression
    components = document.get("components", [])
    if not components:
        yield "components", "the list is empty"
    for component in components:
        for licence in component.get("licenses", [{"expression": ""}]):
            # SPDX's "+" behind a name means "or later"; this library knows the names only.
            if not is_expression(licence["expression"].replace("+", "")):
                yield "licence", f"{component['bom-ref']}: {licence['expression']!r} is no SPDX expression"


JUDGES = {
    "csaf": (judge_csaf, "csaf", "preset basic"),
    "security-txt": (judge_security_txt, "sectxt", "errors"),
    "feed": (judge_feed, "feedparser", "strict reading"),
    "cyclonedx": (judge_cyclonedx, "cyclonedx", "strict"),
}
# Where the package has another name than the module it brings.
PACKAGES = {"cyclonedx": "cyclonedx-python-lib"}


def main(arguments):
    if not arguments or arguments[0] not in JUDGES:
        stop(f"say which judge: {', '.join(JUDGES)}")
    judge, package, what = JUDGES[arguments[0]]
    try:
        import_module(package)
    except ImportError as error:
        stop(f"{error}; run: cargo xtask check --install")
    paths = arguments[1:] or [line.strip() for line in sys.stdin if line.strip()]
    if not paths:
        stop("no document given: nothing was judged")
    findings = []
    for path in paths:
        try:
            found = [{"file": path, "test": test, "message": message} for test, message in judge(path)]
        except Exception as error:  # A judge that falls over a document has found something.
            found = [{"file": path, "test": "crash", "message": f"{type(error).__name__}: {error}"}]
        findings += found
    name = f"{package} {metadata.version(PACKAGES.get(package, package))}, {what}"
    verdict = {
        "judge": name,
        "python": platform.python_version(),
        "documents": len(paths),
        "findings": findings,
    }
    text = json.dumps(verdict, ensure_ascii=False, indent=1)
    print(re.sub(r"[\ud800-\udfff]", "?", text))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
