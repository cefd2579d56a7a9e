"""``branches/*.yml``: what-ifs. Hypothetical claims that are laid over the ledger and never enter it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from castello.cases import fields
from castello.cases._yaml import Lines, Unreadable, load
from castello.cases.claim_files import read_sections
from castello.cases.entries import Known
from castello.claims import ID_VERSION, Claim, Document, InvalidClaim
from castello.errors import Issue

_CLAIM_ID = re.compile(rf"{ID_VERSION}-[0-9a-f]{{32}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Claims added, and claims and sources left out, under a name."""

    name: str
    about: str
    claims: tuple[Claim, ...] = ()
    without_claims: tuple[str, ...] = ()
    without_sources: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()


Holds = Callable[[frozenset[str]], Collection[str]]
"""Which of some ids the ledger holds."""


def read_branch(
    data: bytes,
    *,
    file: str,
    known: Known,
    documents: Mapping[str, Document],
    refs: Mapping[str, str],
    holds: Holds | None = None,
) -> Branch:
    """
    Read one branch; claims in it are written like any other and cite a document of the case or of the branch.

    Parameters
    ----------
    data, file
        Bytes, and the path inside the case, for messages.
    known
        Ids that claims may name.
    documents
        Documents of the case, by id.
    refs
        Claim ids by ref.
    holds
        Tells which claims the ledger holds, so that an id which none has is an issue; None where there is no ledger to ask, as while it is
        being built: then an id that is written as one is taken as it is.

    Raises
    ------
    Unreadable
        If the file as a whole cannot be used.
    """
    root = load(data, file=file)
    allowed = ("name", "about", "drop", "claims", "documents")
    if not isinstance(root, Lines) or not isinstance(root.get("name"), str) or not root["name"].strip():
        raise Unreadable(
            Issue(
                file=file,
                row=root.at("name") if isinstance(root, Lines) else 1,
                column="name",
                code="shape",
                what="is not a branch",
                hint="Start with `name:` and `about:`.",
            )
        )
    issues = [
        Issue(
            file=file,
            row=root.at(key),
            column=key,
            code="section",
            what=f"{key!r} is unknown",
            hint=f"Use {', '.join(allowed)}.",
        )
        for key in root
        if key not in allowed
    ]
    drop = root.get("drop")
    if drop is None:
        drop = Lines()
    if not isinstance(drop, Lines) or not set(drop) <= {"claims", "sources"}:
        hint = "Write drop: {claims: [refs or ids], sources: [ids]}."
        raise Unreadable(
            Issue(file=file, row=root.at("drop"), column="drop", code="shape", what="drop cannot be read", hint=hint)
        )
    try:
        about = fields.text(root.get("about"), slot="about") or ""
        dropped = {name: fields.listed(drop.get(name), slot="drop") for name in ("claims", "sources")}
    except InvalidClaim as invalid:
        raise Unreadable(
            Issue(
                file=file,
                row=root.at(invalid.slot),
                column=invalid.slot,
                code="shape",
                what=invalid.what,
                hint=invalid.hint,
            )
        ) from invalid
    ids = frozenset(ref for ref in dropped["claims"] if ref not in refs and _CLAIM_ID.fullmatch(ref))
    held = frozenset(holds(ids)) if ids and holds is not None else ids
    without_claims = []
    for ref in dropped["claims"]:
        if ref in refs or ref in held:
            without_claims.append(refs.get(ref, ref))
        else:
            what = f"the ledger has no claim {ref!r}" if ref in ids else f"{ref!r} is no ref of this case"
            hint = "Use a ref, or the id of a claim as `castello claims --json` prints it."
            issues.append(Issue(file=file, row=root.at("drop"), column="drop", code="ref", what=what, hint=hint))
    without_sources = []
    for source in dropped["sources"]:
        if source in known.sources:
            without_sources.append(source)
        else:
            issues.append(
                Issue(
                    file=file,
                    row=root.at("drop"),
                    column="drop",
                    code="source",
                    what=f"no source {source!r}",
                    hint="Use an id of sources.yml.",
                )
            )
    inner = Lines({name: root[name] for name in ("documents", "claims") if name in root}, line=root.line)
    inner.lines = root.lines
    read = read_sections(inner, file=file, known=known, documents=documents, refs=refs)
    return Branch(
        name=root["name"],
        about=about,
        # a prefix of their own: a hypothetical claim can never be taken for one of the ledger
        claims=tuple(claim.with_id(f"h1-{claim.id[3:]}") for claim in read.claims),
        without_claims=tuple(without_claims),
        without_sources=tuple(without_sources),
        issues=(*issues, *read.issues),
    )
