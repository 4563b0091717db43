"""
What the released image is made of, and whether anything in it is known to be vulnerable: ``make audit``.

Writes a bill of materials (CycloneDX) to build/bom.json and asks the package index about each pinned package.
Exit status 0 when all were checked and none is known to be vulnerable, 1 when one is, 3 when some could not be checked.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements" / "image.txt"
BILL = ROOT / "build" / "bom.json"
SOUND, VULNERABLE, UNCHECKED = 0, 1, 3
PATIENCE = 10  # seconds for one answer of the index


def write_bill(requirements: Path, bill: Path) -> int:
    """Write the CycloneDX bill of materials of *requirements*; return how many packages it has."""
    bill.parent.mkdir(parents=True, exist_ok=True)
    _run("cyclonedx_py", "requirements", str(requirements), "--output-file", str(bill))
    return len(json.loads(bill.read_text(encoding="utf-8"))["components"])


def ask_index(requirements: Path) -> Mapping[str, Any] | None:
    """Return what pip-audit found out; ``None`` when it could not ask at all."""
    options = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--timeout", str(PATIENCE))
    said = _run("pip_audit", "--requirement", str(requirements), *options, "--format", "json")
    try:
        found: Mapping[str, Any] = json.loads(said)
    except json.JSONDecodeError:
        return None
    return found


def verdict(found: Mapping[str, Any] | None) -> tuple[int, str]:
    """Return the exit status for what was found, and a sentence that says it."""
    if found is None:
        return (
            UNCHECKED,
            "The package index cannot be reached: NOTHING was checked. Run make audit again with a network.",
        )
    packages = found["dependencies"]
    unchecked = [package["name"] for package in packages if "skip_reason" in package]
    vulnerable = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or '-'}"
        for package in packages
        for flaw in package.get("vulns", ())
    ]
    if vulnerable:
        return VULNERABLE, "\n".join([f"{len(vulnerable)} known vulnerabilities:", *vulnerable])
    if unchecked:
        return UNCHECKED, (
            f"{len(unchecked)} of {len(packages)} packages were NOT checked, for the package index does not tell about "
            f"them here: {', '.join(unchecked[:5])}{' …' if len(unchecked) > 5 else ''}. Run make audit again with a "
            "connection to the public index."
        )
    return SOUND, f"{len(packages)} packages checked, none is known to be vulnerable."


def _run(module: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    return done.stdout


def main() -> int:
    """Write the bill and print the verdict."""
    count = write_bill(REQUIREMENTS, BILL)
    print(f"{BILL.relative_to(ROOT)}: {count} packages of {REQUIREMENTS.relative_to(ROOT)}")
    status, words = verdict(ask_index(REQUIREMENTS))
    print(words)
    return status


if __name__ == "__main__":
    sys.exit(main())
