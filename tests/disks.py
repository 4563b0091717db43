"""Disks that are small, or that nobody may write to."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def run_mount(*arguments: str | Path) -> None:
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"needs the right to mount: {done.stderr.strip() or done.returncode}")


@contextmanager
def mounted(folder: Path, *arguments: str | Path) -> Iterator[None]:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs the right to mount a small file system")
    run_mount(*arguments, folder)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[Callable[[], None]]:
    """Forbid writing in *folder*; what is yielded allows it again."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        try:
            yield lambda: folder.chmod(0o700)
        finally:
            folder.chmod(0o700)
        return
    with mounted(folder, "--bind", folder):
        run_mount("-o", "remount,bind,ro", folder)
        yield lambda: run_mount("-o", "remount,bind,rw", folder)
