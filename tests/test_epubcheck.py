"""Where there is no Java, e-books go unchecked: said loudly, or a failure where it is required."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(("required", "code"), [("", 0), ("1", 4)])
def test_its_absence_is_loud(tmp_path: Path, required: str, code: int) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        "costory/lib/tests/test_sse.py",
    ]
    environment = {**os.environ, "PATH": str(tmp_path), "REQUIRE_JAVA": required, "REQUIRE_BROWSER": ""}

    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == code, ran.stdout + ran.stderr
    assert "E-BOOKS NOT CHECKED" in ran.stdout + ran.stderr
