"""What no engine here can run is at least consistent: compose.yaml, Dockerfile, Caddyfile, workflow, .env.example."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
# Read by uvicorn or by compose.yaml, or kept for a later version, instead of by the settings.
READ_ELSEWHERE = {"WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "SITE_HOST", "POSTGRES_PASSWORD"}
RESERVED = {"STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE", "S3_BUCKET"}


def example_variables() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))


def settings_variables() -> set[str]:
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "costory" / "settings.py").read_text()))


def test_the_example_lists_every_setting_and_no_other():
    assert example_variables() - READ_ELSEWHERE - RESERVED == settings_variables()


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_services_depend_on_what_exists_and_has_a_health(service):
    for needed, condition in COMPOSE["services"][service].get("depends_on", {}).items():
        other = COMPOSE["services"][needed]
        if condition["condition"] == "service_healthy":
            # The app's health check is in its image.
            assert "healthcheck" in other or other.get("build")


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_volumes_are_declared_and_mounted_files_exist(service):
    for volume in COMPOSE["services"][service].get("volumes", []):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


def test_the_app_is_reached_through_the_proxy_only():
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]
    assert re.search(r"reverse_proxy app:8000", CADDYFILE)
    assert "flush_interval -1" in CADDYFILE
    assert "text/event-stream" not in CADDYFILE
    assert CADDYFILE.count("{") == CADDYFILE.count("}")


def test_a_stop_waits_longer_than_running_replies_may_take():
    assert int(COMPOSE["services"]["app"]["stop_grace_period"].removesuffix("s")) > 20
    assert '"--timeout-graceful-shutdown", "20"' in DOCKERFILE
    assert "--timeout-graceful-shutdown 20" in MAKEFILE


def test_the_image_runs_as_nobody_special_and_knows_its_health():
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER costory$", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", final, re.MULTILINE)
    assert "--require-hashes" in DOCKERFILE


def test_the_image_gets_every_package_and_nothing_else():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    admitted = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert all((ROOT / name).exists() for name in admitted - {"locale"})
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"costory", "templates", "static", "manage.py"}
    # Pages of law are read from where their lawyers find them.
    packages |= {"docs/legal"}
    assert packages <= admitted


def test_ci_runs_the_same_targets_as_a_person():
    script = (ROOT / ".ci" / "run").read_text()
    assert "make check test" in script
    assert "REQUIRE_BROWSER=1 REQUIRE_POSTGRES=1" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    commands = "\n".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    for called in re.findall(r"\bmake ([a-z-]+)", commands):
        assert called in targets


@pytest.mark.parametrize("script", [".ci/run"])
def test_scripts_are_valid_bash(script):
    subprocess.run(["bash", "-n", script], cwd=ROOT, check=True)


def test_every_make_target_a_document_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for called in re.findall(r"`make ([a-z-]+)", page.read_text()):
            assert called in targets, f"{page.name} names make {called}"


def test_help_lists_the_targets():
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "check", "bench", "messages", "lock"):
        assert re.search(rf"make {target}\b", listed)
