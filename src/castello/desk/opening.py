"""Opening a case: find its folder, its ledger and its vault; copy the bundled case to the user's own data first."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from castello.cases import find_case, read_case
from castello.errors import WrongUse
from castello.ledger import Book, Vault
from castello.ledger.home import data_home, device_id
from castello.ledger.keys import find_key, make_key, new_vault_id
from castello.ledger.vault import read_vault_id

BUNDLED = "aleppo-2016"
NAMES = ("demo", BUNDLED)


def case_folder(name: str | Path | None, *, environ: Mapping[str, str] | None = None) -> Path:
    """
    The folder of a case: a path, ``demo`` (the bundled case, copied on first use), or the one the user stands in.

    Raises
    ------
    WrongUse
        If there is no case there.
    """
    if name is None:
        return find_case(Path.cwd())
    if Path(name).is_dir():
        return find_case(Path(name))
    if str(name) in NAMES:
        return bundled(environ=environ)
    raise WrongUse(f"no case at {name}", hint="Name a case folder, or demo for the bundled case.")


def bundled(*, environ: Mapping[str, str] | None = None) -> Path:
    """The user's copy of the bundled case; made on first use, and left alone after that."""
    target = data_home(environ) / BUNDLED
    if (target / "case.toml").is_file():
        return target
    packaged = resources.files("castello.cases") / "bundled" / BUNDLED
    target.parent.mkdir(parents=True, exist_ok=True)
    with resources.as_file(packaged) as source:
        # copied beside and renamed, so that a copy that was cut short is never taken for the case
        fresh = target.with_name(f".{BUNDLED}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(source, fresh)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return target


def open_book(folder: Path, *, environ: Mapping[str, str] | None = None) -> Book:
    """
    The ledger of a case folder, with its vault where the key is here; a case without a vault gets one.

    Raises
    ------
    CaseBroken
        If the case has no vault yet and a file of it cannot be used: nothing is written into a broken case, no vault either.
    """
    vault_folder = folder / "vault"
    if not (vault_folder / "vault.json").exists():
        read_case(folder)
        vault_id = new_vault_id()
        key = find_key(vault_id, environ=environ) or make_key(vault_id, environ=environ)
        vault: Vault | None = Vault.create(vault_folder, key, vault_id=vault_id)
    else:
        found = find_key(read_vault_id(vault_folder), environ=environ)
        vault = None if found is None else Vault.open(vault_folder, found)
    return Book(folder, device=device_id(environ), vault=vault)
