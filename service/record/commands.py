"""The commands of the decision record: `her2-cds report | replay | purge`."""
# ruff: noqa: PLC0415 - what a command needs is imported when it runs (see `service.cli`)

from __future__ import annotations

import argparse
import shutil
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from service.errors import LogInUse, StoreUnavailable, UnreadableInput


def add_commands(commands: Any) -> None:
    """Add them to the command line."""
    report = commands.add_parser("report", help="what a CDS committee looks at: calls, cards by topic, overrides, latency, data gaps")
    report.add_argument("--since", type=calendar_day, metavar="DATE", help="the first day (YYYY-MM-DD, UTC)")
    report.add_argument("--until", type=calendar_day, metavar="DATE", help="the last day")
    report.add_argument("--site", metavar="NAME", help="only calls of this one of several sites")
    form = report.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print it for machines")
    form.add_argument("--html", type=Path, metavar="FILE", help="write it as one page with charts, to be passed on")
    report.add_argument("--exact", action="store_true", help="on the page, also print counts below five")
    report.set_defaults(run=_report)

    replay = commands.add_parser("replay", help="evaluate a call on record again, with the knowledge and settings of today")
    replay.add_argument("request", metavar="ID", help="the id of the call: X-Request-ID of its answer, `id` in the log")
    replay.add_argument("--json", action="store_true", help="print the difference for machines")
    replay.set_defaults(run=_replay)

    purge = commands.add_parser("purge", help="delete what is older than the site keeps it, or more")
    purge.add_argument("--older-than", type=_days, metavar="DAYS", help="delete what is older than this (default: HER2CDS_RECORD_DAYS)")
    purge.add_argument("--all-inputs", action="store_true", help="delete every encrypted input, however new")
    purge.set_defaults(run=_purge)


def calendar_day(text: str) -> date:
    """A date on the command line. Raises `ArgumentTypeError`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("should be a date such as 2026-11-20") from None


def _days(text: str) -> int:
    if not text.isdigit() or len(text) > 6:
        raise argparse.ArgumentTypeError("should be a number of days such as 90")
    return int(text)


def _report(options: argparse.Namespace) -> int:
    from service.record.figures import Period, make_report
    from service.record.report_page import as_page
    from service.record.report_text import as_records, as_text
    from service.settings import load_settings
    from service.store.opening import site_database

    if options.since is not None and options.until is not None and options.since > options.until:
        raise UnreadableInput(f"--since {options.since} is after --until {options.until}")
    settings = load_settings()
    database = site_database(settings)
    try:
        report = make_report(database, Period(options.since, options.until), site=options.site)
    finally:
        database.close()
    if options.html is not None:
        page = as_page(report, settings.practice.label, exact=options.exact)
        try:
            options.html.write_text(page, "utf-8")
        except OSError as error:
            raise UnreadableInput(f"{options.html}: {error.strerror}") from None
        print(f"Written: {options.html}")
    elif options.json:
        _print_json(as_records(report))
    else:
        print(as_text(report))
    return 0


def _replay(options: argparse.Namespace) -> int:
    from service.record.replay import as_record, as_text, replay
    from service.settings import load_settings
    from service.store.opening import site_database

    settings = load_settings()
    database = site_database(settings)
    try:
        kept, found = replay(database, options.request, settings)
    finally:
        database.close()
    if options.json:
        _print_json(as_record(options.request, kept, found))
    else:
        print(as_text(options.request, kept, found, min(shutil.get_terminal_size((100, 40)).columns, 120)))
    return 0


def _purge(options: argparse.Namespace) -> int:
    from service.record.retention import Forgotten, forget
    from service.settings import load_settings
    from service.store.opening import site_database

    settings = load_settings()
    days = settings.record_days if options.older_than is None else options.older_than
    database = site_database(settings)
    gone, erased = Forgotten(0, 0, 0), True
    try:
        if database.exists():
            with suppress(StoreUnavailable):
                database.empty_log()  # room to delete on a disk that is full
            gone = forget(database, days=days, input_days=-1 if options.all_inputs else min(days, settings.record_input_days))
            erased = database.empty_log()
    finally:
        database.close()
    print(f"Deleted: {gone.decisions} decisions, {gone.inputs} inputs, {gone.feedback} pieces of feedback.")
    if not erased:
        raise LogInUse
    return 0


def _print_json(content: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS))
