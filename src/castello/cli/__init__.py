"""
The verbs of the command line, one for each public call; prose on a terminal, JSON when piped.

Nothing heavy is imported until a verb runs. Logs, progress and notes go to stderr only.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from castello import __version__
from castello.cli._analyses import run_analysis, run_brief, run_markets, run_siege
from castello.cli._attacks import run_attacks
from castello.cli._case import (
    run_add,
    run_assess,
    run_build,
    run_demo,
    run_doctor,
    run_merge,
    run_new,
    run_pack,
    run_verify,
)
from castello.cli._fetch import run_fetch
from castello.cli._ledger import run_claims, run_why, run_words
from castello.cli._verb import Verb, note, option
from castello.errors import CaseBroken, CastelloError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code: 0 done, 1 not computable, 2 wrong use, 3 a case file is broken."""
    options = parser().parse_args(arguments)
    try:
        return VERBS[options.verb].run(options)
    except CaseBroken as broken:
        note(broken.what)
        for issue in broken.issues:
            note(f"  {issue}")
        return broken.exit_code
    except CastelloError as error:
        note(str(error))
        return error.exit_code
    except BrokenPipeError:
        # the reader has what it wanted (`castello claims | head`); a second error at exit would be noise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        note("stopped; what was acknowledged is kept")
        return 130


def parser() -> argparse.ArgumentParser:
    """All verbs with their options."""
    top = argparse.ArgumentParser(
        prog="castello",
        description="An evidence ledger and situation monitor for armed conflict.",
        epilog="Each verb explains itself: castello VERB --help",
    )
    top.add_argument("--version", action="version", version=f"castello {__version__}")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in VERBS.values():
        one = verbs.add_parser(verb.name, help=verb.help, description=f"{verb.help[0].upper()}{verb.help[1:]}.")
        if verb.name not in ("new", "words", "demo"):
            one.add_argument(
                "--case", metavar="DIR", help="case folder; demo for the bundled one (default: where you stand)"
            )
        if verb.picture:
            one.add_argument(
                "--as-of", metavar="DATE", help="the day asked about (default: the end of the case's period)"
            )
            one.add_argument("--known-by", metavar="DATE", help="only what was known by this day (default: everything)")
            one.add_argument("--branch", metavar="NAME", help="lay a what-if of branches/ over the ledger")
            one.add_argument(
                "--profile",
                choices=("own", "partner", "public"),
                help="for whom (default: own; public for what is written to a file)",
            )
        for names, settings in verb.options:
            one.add_argument(*names, **settings)
        one.add_argument("--json", action="store_true", help="JSON, as when the output is piped")
    return top


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        Verb(
            name="demo",
            help="the bundled case: build it, print its brief, write the brief as a page",
            calls="castello.desk.case.Case.brief",
            options=(option("-o", "--output", metavar="FILE", help="where the page goes"),),
            run=run_demo,
        ),
        Verb(
            name="new",
            help="a new case folder, commented, that builds",
            calls="castello.new",
            options=(option("dir", metavar="DIR"), option("--name", help="the case's name in English")),
            run=run_new,
        ),
        Verb(
            name="add",
            help="put claims files, documents, feeds and tables into the case, and read them",
            calls="castello.desk.case.Case.add",
            options=(
                option("file", nargs="+", metavar="FILE"),
                option("--publisher", metavar="ID", help="source id of a document's publisher"),
                option("--published", metavar="DATE", help="day a document was published"),
                option("--title", help="a document's title"),
                option("--url", help="a document's address"),
                option("--language", default="en", help="a document's language (default: en)"),
                option("--first-day", metavar="DATE", help="the day 0 of a folder of FLEE"),
                option(
                    "--side",
                    action="append",
                    default=[],
                    metavar="ID",
                    help="whose traffic the closures of a folder of FLEE speak of (default: every side of the case)",
                ),
                option(
                    "--protected",
                    action="store_true",
                    help="seal it: claims under keys of their own, documents in the vault",
                ),
            ),
            run=run_add,
        ),
        Verb(
            name="fetch",
            help="ask ReliefWeb, HDX or a news feed, and put what comes into the case; only the question leaves the machine",
            calls="castello.desk.case.Case.fetch",
            options=(
                option("source", choices=("reliefweb", "hdx", "rss")),
                option(
                    "--query",
                    metavar="WORDS",
                    help="words that all have to be there; those for a news feed are not sent",
                ),
                option("--country", metavar="CODE", help="three letters (SYR); of ReliefWeb also a name"),
                option("--from", dest="start", metavar="DATE", help="only what was published from this day on"),
                option("--to", dest="end", metavar="DATE", help="... up to this day"),
                option("--limit", type=int, default=50, metavar="N", help="how many at most (default: 50)"),
                option("--dataset", metavar="NAME", help="hdx: the files of this data set"),
                option("--table", choices=("food-prices", "conflict-events"), help="hdx: a table of HAPI"),
                option("--address", metavar="URL", help="of the news feed; of another site with the same API"),
                option(
                    "--publisher", metavar="ID", help="source id for what comes from a publisher that is in no register"
                ),
                option("--appname", metavar="NAME", help="the name under which ReliefWeb or HAPI knows you"),
                option("--private", action="store_true", help="servers in private networks may be asked"),
            ),
            run=run_fetch,
        ),
        Verb(
            name="build",
            help="bring the ledger up to date with the case folder",
            calls="castello.desk.case.Case.build",
            run=run_build,
        ),
        Verb(
            name="claims",
            help="the ledger, filtered",
            calls="castello.picture.Picture.claims",
            picture=True,
            options=(
                option("--kind", action="append", default=[], help="only this kind (may be given again)"),
                option("--about", metavar="ID", help="only claims with this subject, object or place"),
                option("--source", metavar="ID", help="only claims with this source in their chain"),
                option("--from", dest="start", metavar="DATE", help="only what may have happened from this day on"),
                option("--to", metavar="DATE", help="... up to this day"),
                option(
                    "--limit",
                    type=int,
                    metavar="N",
                    help="at most so many, the first by day (default: all; 500 on a terminal)",
                ),
            ),
            run=run_claims,
        ),
        Verb(
            name="why",
            help="a figure or a claim traced to its sources",
            calls="castello.desk.case.Case.why",
            picture=True,
            options=(option("id", metavar="ID", help="id of a claim or finding, or its beginning"),),
            run=run_why,
        ),
        Verb(
            name="words",
            help="the vocabulary: kinds of claims and their slots",
            calls="castello.claims.SLOTS",
            options=(option("kind", nargs="?", help="only this kind; or events, weapons"),),
            run=run_words,
        ),
        Verb(
            name="siege",
            help="who is cut off, since when, how many people, and which road is the last one",
            calls="castello.desk.case.Case.siege",
            picture=True,
            options=(
                option(
                    "--from",
                    dest="start",
                    metavar="DATE",
                    help="every change of status from this day on (default: the beginning of the case)",
                ),
                option("--to", metavar="DATE", help="... up to this day (default: the day asked about)"),
                option("--watch", action="store_true", help="places one road away from being cut off"),
                option("--derived", action="store_true", help="groups of places cut off together that nobody named"),
                option(
                    "--seen-by", metavar="ID", help="as one source sees it: road and control claims of others left out"
                ),
                option(
                    "--users",
                    choices=("supply", "civilian", "aid", "foot"),
                    default="supply",
                    help="whose passage is asked about (default: supply)",
                ),
                option(
                    "-o",
                    "--output",
                    metavar="FILE",
                    help="write roads, enclaves and last roads over time (.geojson, .gpkg), enclaves (.csv) or the chart (.svg)",
                ),
            ),
            run=run_siege,
        ),
        Verb(
            name="attacks",
            help="how many attacks and whom they harmed, by each source; by place, party, type, weapon or time",
            calls="castello.desk.case.Case.attacks",
            picture=True,
            options=(
                option(
                    "--from", dest="start", metavar="DATE", help="from this day on (default: the beginning of the case)"
                ),
                option("--to", metavar="DATE", help="... up to this day (default: the day asked about)"),
                option(
                    "--by",
                    choices=("place", "party", "type", "weapon", "day", "week", "month"),
                    help="count apart for each of these",
                ),
                option("--place", metavar="ID", help="only within this place; what is placed wider is told apart"),
                option(
                    "-o",
                    "--output",
                    metavar="FILE",
                    help="write areas (.geojson, .gpkg, .svg) or whatever is counted by (.csv)",
                ),
            ),
            run=run_attacks,
        ),
        Verb(
            name="markets",
            help="prices, their alarms, how dear besieged places are, and what is reported of prices and stocks",
            calls="castello.desk.case.Case.markets",
            picture=True,
            options=(
                option(
                    "--market",
                    action="append",
                    default=[],
                    metavar="ID",
                    help="only this market, or those in this place; may be given again; all for every one (default: those in enclaves)",
                ),
                option("--commodity", metavar="ID", help="only this commodity, such as wheat-flour"),
                option(
                    "--reference",
                    metavar="ID",
                    help="the market that others are held against (default: the nearest open one of the month)",
                ),
                option("-o", "--output", metavar="FILE", help="write the chart of one market (.svg)"),
            ),
            run=run_markets,
        ),
        Verb(
            name="totals",
            help="how many people, by whose word, and do the published figures add up",
            calls="castello.desk.case.Case.totals",
            picture=True,
            run=run_analysis,
        ),
        Verb(
            name="parties",
            help="who stands with whom, who lists whom, who is said to be where",
            calls="castello.desk.case.Case.parties",
            picture=True,
            run=run_analysis,
        ),
        Verb(
            name="brief",
            help="what the case says: to the terminal, or to FILE (.md, .html)",
            calls="castello.desk.case.Case.brief",
            picture=True,
            options=(
                option(
                    "-o", "--output", metavar="FILE", help="write it, for the public unless --profile says otherwise"
                ),
            ),
            run=run_brief,
        ),
        Verb(
            name="assess",
            help="sign a judgement of your own, shown apart from facts and findings",
            calls="castello.desk.case.Case.assess",
            options=(
                option("text", help="the judgement, in a sentence or two"),
                option("--by", required=True, metavar="NAME", help="who signs"),
                option("--confidence", required=True, choices=("low", "moderate", "high")),
                option("--because", required=True, help="the reason, in a sentence"),
                option("--rests-on", required=True, nargs="+", metavar="CLAIM", help="ids of the claims it rests on"),
                option("--signed", metavar="DATE", help="day of signing (default: today)"),
            ),
            run=run_assess,
        ),
        Verb(
            name="pack",
            help="the whole case, sealed to one device's key",
            calls="castello.desk.case.Case.pack",
            options=(
                option(
                    "--to",
                    required=True,
                    metavar="KEY",
                    help="the other device's key, as castello doctor prints it there",
                ),
                option("-o", "--output", required=True, metavar="FILE"),
            ),
            run=run_pack,
        ),
        Verb(
            name="merge",
            help="bring a sealed pack of the same case into this one",
            calls="castello.desk.case.Case.merge",
            options=(option("file", metavar="FILE"),),
            run=run_merge,
        ),
        Verb(
            name="verify",
            help="check chains, rows, documents and quotes",
            calls="castello.desk.case.Case.verify",
            run=run_verify,
        ),
        Verb(
            name="doctor",
            help="versions, keys, mode, what is stale",
            calls="castello.desk.case.Case.doctor",
            run=run_doctor,
        ),
    )
}
