"""Where this user's own things lie: the device's id, key files, the copy of the bundled case."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import platformdirs

HOME_VARIABLE = "CASTELLO_HOME"
"""Overrides both folders."""


def config_home(environ: Mapping[str, str] | None = None) -> Path:
    """Folder of the device id and of key files; ``CASTELLO_HOME`` overrides."""
    home = (os.environ if environ is None else environ).get(HOME_VARIABLE)
    return Path(home) if home else Path(platformdirs.user_config_dir("castello"))


def data_home(environ: Mapping[str, str] | None = None) -> Path:
    """Folder that the bundled case is copied to; ``CASTELLO_HOME`` overrides."""
    home = (os.environ if environ is None else environ).get(HOME_VARIABLE)
    return Path(home) / "cases" if home else Path(platformdirs.user_data_dir("castello")) / "cases"


def device_id(environ: Mapping[str, str] | None = None) -> str:
    """
    The random id of this device; made at the first call and kept.

    Two processes that make it at once agree: the one that creates the file first wins.
    """
    file = config_home(environ) / "device"
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"device.{secrets.token_hex(4)}")
    if not file.exists():
        with fresh.open("w", encoding="ascii") as out:
            out.write(f"d-{secrets.token_hex(5)}")
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            fresh.replace(file)
        fresh.unlink(missing_ok=True)
    return file.read_text(encoding="ascii").strip()
