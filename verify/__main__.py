"""`make verify`: enumerate the abstraction, check every invariant, print each counterexample so that it can be read and built again."""

from __future__ import annotations

import argparse
import os
import sys
import time

from guideline.knowledge_base import KNOWLEDGE
from verify.invariants import INVARIANTS
from verify.orders import ORDER_INVARIANTS
from verify.points import case_of, practice_of, words
from verify.reproduction import as_builder_call
from verify.search import Counterexample, Report, everything, search


def main() -> int:
    """Search and print. Exit status 1 when an invariant is broken."""
    parser = argparse.ArgumentParser(prog="python -m verify", description=__doc__)
    parser.add_argument("--space", metavar="WORDS", help="only the spaces whose name holds these words")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="processes at once (default: one a core)")
    options = parser.parse_args()
    blocks = [block for block in everything() if options.space is None or options.space in block[0]]
    if not blocks:
        parser.error(f"there is no space of that name; there are: {', '.join(dict.fromkeys(space for space, _ in everything()))}")
    print(f"Knowledge {KNOWLEDGE.version}, {len(INVARIANTS)} invariants of advice, {len(ORDER_INVARIANTS)} of orders", flush=True)
    begun = time.monotonic()
    report = search(blocks, options.processes, lambda space: print(f"  {space} ...", flush=True))
    print_report(report)
    print(f"\n{report.distinct:,} distinct cases in {time.monotonic() - begun:.0f} s")
    return 1 if report.broken else 0


def print_report(report: Report) -> None:
    """Cases by space, then each invariant with what it guards and whether it holds, with examples of where it does not."""
    print("\nCases checked")
    for space, count in report.cases.items():
        print(f"  {count:>9,}  {space}")
    print("\nInvariants")
    for name, guards in [(i.name, i.guards) for i in INVARIANTS] + [(i.name, i.guards) for i in ORDER_INVARIANTS]:
        broken = report.broken[name]
        print(f"  {f'BROKEN {broken:,} times' if broken else 'holds':<22}  {name} ({guards})")
    for example in report.examples:
        print(f"\n{readable(example)}")


def readable(found: Counterexample) -> str:
    """A counterexample in words, and as the call of the test builder that makes its case."""
    asked = f"\n  ordered: {found.ordered}" if found.ordered is not None else ""
    facts = "".join(f"\n  - {word}" for word in words(found.point))
    call = as_builder_call(case_of(found.point))
    return f"{found.invariant}: {found.how}\n  site: {practice_of(found.point).label}{asked}{facts}\n{call}"


if __name__ == "__main__":
    sys.exit(main())
