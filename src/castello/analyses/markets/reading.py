"""In which order a person reads what is said of markets: never by how dear they are."""

from __future__ import annotations

from collections.abc import Iterable

from castello.cases import Registers
from castello.claims import Finding

_SAYS_NOTHING = (
    "siege_signal.undecided",
    "siege_signal_record.undecided",
    "multiple.no_reference",
    "price_alarm.insufficient",
    "price_gaps.first",
)
"""Messages that say only that too few prices are on record."""


def in_reading_order(findings: Iterable[Finding], registers: Registers) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """
    Findings on markets as they are printed, and the markets of which too few prices are on record to say anything.

    Markets with a siege signal come first, then those in an enclave, then all others; by id within each, never by severity. Of a market
    without a siege signal, what says only that too few prices are on record is left out.

    Parameters
    ----------
    findings
        Of :func:`castello.analyses.markets.markets`.
    registers
        Whose enclaves count.

    Returns
    -------
    tuple of Finding, tuple of str
        What is printed, and the ids of the markets of which nothing is, sorted.
    """
    by_market: dict[str, list[Finding]] = {}
    for finding in findings:
        by_market.setdefault(str(finding.place or finding.subject), []).append(finding)
    printed: list[tuple[int, str, list[Finding]]] = []
    silent = []
    for market, told in sorted(by_market.items()):
        if any(finding.message.id == "siege_signal.on" for finding in told):
            printed.append((0, market, told))
        elif kept := [finding for finding in told if finding.message.id not in _SAYS_NOTHING]:
            printed.append((1 if _in_enclave(market, told, registers) else 2, market, kept))
        else:
            silent.append(market)
    return tuple(finding for *_, told in sorted(printed, key=lambda item: item[:2]) for finding in told), tuple(silent)


def _in_enclave(market: str, told: Iterable[Finding], registers: Registers) -> bool:
    """Whether it lies in an enclave by the register, or by its point."""
    if any(dict(finding.extra).get("enclave") for finding in told):
        return True
    places = registers.places
    return market in places and any(places.within(market, enclave.id) for enclave in registers.enclaves)
