"""The command line: `her2-cds serve | evaluate | rules | feedback | report | replay | purge | config`.

Exit status 0 done, 1 bad input, 2 usage. Errors go to standard error, one readable line each, never a traceback. What a command needs is
imported when it runs, so that a faulty knowledge file is a message and not a failed import.
"""
# ruff: noqa: PLC0415 - what a command needs is imported when it runs (see above)

from __future__ import annotations

import argparse
import os
import shutil
import sys
from codecs import BOM_UTF8
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from service.errors import CallError, ConfigurationError, ServiceError, UnreadableInput
from service.record.commands import add_commands, calendar_day

SAMPLE_PREFIX = "sample:"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except ConfigurationError as error:
        return _fail(*error.faults)
    except CallError as error:
        return _fail(*(issue.text for issue in error.issues))
    except ServiceError as error:
        return _fail(str(error))
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Python would complain again when it closes standard output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the outermost frame: a fault of ours is said in one line
        from service.logs import where_it_failed

        kind, *places = where_it_failed(error)
        fault = str(error) if kind in {"KnowledgeError", "TerminologyError"} else f"{kind} at {places[-1] if places else 'start'}"
        return _fail(f"a fault in her2-cds itself, no conclusion may be drawn: {fault}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="her2-cds", description="CDS Hooks decision support for HER2-positive metastatic breast cancer.")
    parser.add_argument("--version", action=_Version, nargs=0, help="print the versions of the release and of its knowledge files")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the service (settings: HER2CDS_*, see her2-cds config table)")
    serve.set_defaults(run=_serve)

    evaluate = commands.add_parser("evaluate", help="one patient (and orders) in, the cards out; no server needed")
    evaluate.add_argument(
        "file", metavar="FILE", help="a Bundle, an array of resources or a CDS Hooks request; - for standard input; or sample:NAME"
    )
    evaluate.add_argument("--hook", help="the hook to answer (default: that of the request; for a record, patient-view)")
    evaluate.add_argument("--patient", metavar="ID", help="which patient, when the file holds several")
    evaluate.add_argument("--site", default="", metavar="NAME", help="as this one of several sites practises (needed with HER2CDS_TENANTS)")
    evaluate.add_argument("--today", type=calendar_day, metavar="DATE", help="a date (YYYY-MM-DD) instead of today")
    form = evaluate.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the CDS Hooks response")
    form.add_argument("--diagnose", action="store_true", help="print, resource by resource, what is wrong with the data instead of cards")
    evaluate.add_argument("--explain", action="store_true", help="say why: rules, facts, silence, and what the unknown could change")
    evaluate.set_defaults(run=_evaluate)

    rules = commands.add_parser("rules", help="print the rule book as this site reads it")
    rules.add_argument("--site", default="", metavar="NAME", help="as this one of several sites reads it (needed with HER2CDS_TENANTS)")
    book_form = rules.add_mutually_exclusive_group()
    book_form.add_argument("--format", choices=("text", "md", "json"), default="text")
    book_form.add_argument("--markdown", dest="format", action="store_const", const="md", help="as --format md")
    book_form.add_argument("--json", dest="format", action="store_const", const="json", help="as --format json")
    rules.set_defaults(run=_rules)

    feedback = commands.add_parser("feedback", help="what clinicians made of the cards")
    feedback_actions = feedback.add_subparsers(title="actions", required=True, metavar="ACTION")
    report = feedback_actions.add_parser("report", help="print, per topic: cards shown, accepted, overridden, and the reasons")
    report.add_argument("--json", action="store_true", help="print it for machines")
    report.set_defaults(run=_feedback_report)

    add_commands(commands)

    config = commands.add_parser("config", help="look at settings and knowledge files")
    actions = config.add_subparsers(title="actions", required=True, metavar="ACTION")
    actions.add_parser("check", help="name every fault of settings, knowledge and terminology files").set_defaults(run=_check)
    actions.add_parser("table", help="print the table of all settings").set_defaults(run=_table)
    return parser


class _Version(argparse.Action):
    """Looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print it and end."""
        from importlib.metadata import version

        from guideline.knowledge_base import KNOWLEDGE

        print(f"her2-cds {version('her2-cds')}, knowledge {KNOWLEDGE.version}")
        parser.exit()


def _fail(*lines: str) -> int:
    for line in lines:
        print(f"her2-cds: {line}", file=sys.stderr)
    return 1


def _serve(_: argparse.Namespace) -> int:
    from service.server import serve
    from service.settings import load_settings

    serve(load_settings())
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from service.record_file import evaluate_record
    from service.settings import load_settings
    from service.sites.tenants import settings_asked_for
    from service.terminal import print_evaluation

    if options.explain and options.diagnose:
        raise UnreadableInput("--diagnose tells of the data and gives no advice that --explain could explain: one of the two at a time")
    settings = settings_asked_for(load_settings(), options.site)
    if options.today is not None:
        settings = settings.model_copy(update={"today": options.today})
    body = _input(options.file, settings.current_day())
    if options.diagnose:
        from service.record_file import diagnosis

        print(diagnosis(body, patient=options.patient, settings=settings))
        return 0
    evaluation = evaluate_record(body, hook=options.hook, patient=options.patient, settings=settings)
    explanation = None
    if options.explain:
        from service.explanation import as_record, explanation_of, print_explanation

        explanation = explanation_of(evaluation, body, options.hook, settings)
    if options.json:
        answer = {"cards": evaluation.cards} | ({"explanation": as_record(explanation)} if explanation is not None else {})
        sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        width = _columns()
        print(print_evaluation(evaluation, width, colour=_shows_colour()), end="")
        if explanation is not None:
            print("\n" + print_explanation(explanation, width), end="")
    return 0


def _input(name: str, today: date) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read().removeprefix(BOM_UTF8)
    if name.startswith(SAMPLE_PREFIX):
        from service.samples import names, order_names, order_request_body, request_body

        sample = name.removeprefix(SAMPLE_PREFIX)
        if sample in names():
            return orjson.dumps(request_body(sample, today))
        if sample in order_names():
            return orjson.dumps(order_request_body(sample, today))
        raise UnreadableInput(f"there is no sample of that name; there are {', '.join([*names(), *order_names()])}")
    try:
        # Some editors put a byte order mark first.
        return Path(name).read_bytes().removeprefix(BOM_UTF8)
    except OSError as error:
        raise UnreadableInput(f"{name}: {error.strerror}") from None


def _columns() -> int:
    """The width of the terminal, as far as lines of it are still read easily; 100 where there is none."""
    return min(shutil.get_terminal_size((100, 40)).columns, 120)


def _shows_colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _rules(options: argparse.Namespace) -> int:
    from service.rule_book import rule_book
    from service.rule_book_forms import as_markdown, as_records, as_text
    from service.settings import load_settings
    from service.sites.tenants import settings_asked_for

    book = rule_book(settings_asked_for(load_settings(), options.site))
    if options.format == "json":
        sys.stdout.buffer.write(orjson.dumps(as_records(book), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        print(as_markdown(book) if options.format == "md" else as_text(book, _columns()))
    return 0


def _feedback_report(options: argparse.Namespace) -> int:
    from cards.override_reasons import OVERRIDE_REASONS
    from service.settings import load_settings
    from service.store.opening import site_database
    from service.store.report import as_records, as_text, feedback_report

    database = site_database(load_settings())
    try:
        reports = feedback_report(database, OVERRIDE_REASONS.system)
    finally:
        database.close()
    if options.json:
        sys.stdout.buffer.write(orjson.dumps(as_records(reports), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        print(as_text(reports))
    return 0


def _check(_: argparse.Namespace) -> int:
    from service.configuration import check

    report = check()
    for line in report.in_order:
        print(line)
    for line in report.notes:
        print(f"her2-cds: note: {line}", file=sys.stderr)
    return _fail(*report.faults) if report.faults else 0


def _table(_: argparse.Namespace) -> int:
    from service.settings import settings_table

    print(settings_table(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
