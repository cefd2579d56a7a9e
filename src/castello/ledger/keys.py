"""
The vault key: where it is looked for, how it is made, and who else can read it.

It is in the environment or in a key file of the user, never in the case.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from castello.errors import Issue, VaultLocked, WrongUse
from castello.ledger.files import held, private_folder, write_file
from castello.ledger.home import config_home

KEY_VARIABLE = "CASTELLO_VAULT_KEY"

KEY_BYTES = 32
VAULT_ID = re.compile(r"vault-[0-9a-f]{16}")


def new_vault_id() -> str:
    """A random id for a new vault; its key file is found by it even if the case folder moves."""
    return f"vault-{secrets.token_hex(8)}"


def key_file(vault_id: str, *, environ: Mapping[str, str] | None = None, config_dir: Path | None = None) -> Path:
    """
    Where the key file of a vault is or would be: ``<config_dir>/keys/<vault-id>.key``.

    ``config_dir`` is, if not given, that of :func:`castello.ledger.home.config_home`.
    """
    if not VAULT_ID.fullmatch(vault_id):
        raise WrongUse("this is not the id of a vault", hint="Take it from vault/vault.json.")
    config_dir = config_home(environ) if config_dir is None else config_dir
    return config_dir / "keys" / f"{vault_id}.key"


def find_key(
    vault_id: str, *, environ: Mapping[str, str] | None = None, config_dir: Path | None = None
) -> bytes | None:
    """
    The key of a vault: from ``CASTELLO_VAULT_KEY`` (hexadecimal or base64), else from its key file, else None.

    Raises
    ------
    VaultLocked
        If there is a key that is not 32 bytes or a key file that cannot be read. The message never shows the key.
    """
    given = (os.environ if environ is None else environ).get(KEY_VARIABLE)
    if given:
        return _parse_key(given, where=KEY_VARIABLE)
    path = key_file(vault_id, environ=environ, config_dir=config_dir)
    try:
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise VaultLocked("the key file cannot be read", hint="Restore it from its copy.", where=str(path)) from None
    return _parse_key(text, where=str(path))


def key_issues(
    vault_id: str, *, environ: Mapping[str, str] | None = None, config_dir: Path | None = None
) -> tuple[Issue, ...]:
    """A warning if the key file can be read by other users of this computer; nothing if there is no key file."""
    path = key_file(vault_id, environ=environ, config_dir=config_dir)
    if os.name == "nt" or not path.exists() or not path.stat().st_mode & 0o077:
        return ()
    what = "other users of this computer can read the key of the vault"
    hint = f"Run: chmod 600 {path}"
    return (Issue(file=str(path), code="key_readable", what=what, hint=hint, severity="warning"),)


def make_key(vault_id: str, *, environ: Mapping[str, str] | None = None, config_dir: Path | None = None) -> bytes:
    """
    Make a random key and write its key file, readable by this user only; never over another.

    Raises
    ------
    WrongUse
        If there is a key file for this vault already.
    """
    path = key_file(vault_id, environ=environ, config_dir=config_dir)
    private_folder(path.parent)
    with held(path.with_suffix(".lock")):
        if path.exists():
            raise WrongUse("this vault has a key already", hint="A key is never overwritten.", where=str(path))
        key = secrets.token_bytes(KEY_BYTES)
        write_file(path, f"{key.hex()}\n".encode())
    return key


def _parse_key(text: str, *, where: str) -> bytes:
    text = text.strip()
    try:
        if len(text) == 2 * KEY_BYTES:
            key = bytes.fromhex(text)
        else:
            key = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        hint = "Give 32 bytes as 64 hexadecimal digits or as base64."
        raise VaultLocked("this is not a key of a vault", hint=hint, where=where)
    return key
