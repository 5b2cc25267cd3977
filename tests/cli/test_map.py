"""`compass map`, and what else a live Prometheus changes for the commands: a real one, with a small shop in it."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agents.sources.catalogue import KnownMetric, KnownService, KnownStore, Overview, together
from bot.bootstrap.live import corrections, without_servers
from bot.cli import main
from bot.settings import load_settings
from bot.terminal import map_lines, service_lines
from orchestrator.clock import SystemClock
from orchestrator.model import Aspect, Scope
from tests.cli.program import Script, compass
from tests.support.exporters import Shop
from tests.support.prometheus import RealPrometheus, real_prometheus


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPrometheus]:
    now = SystemClock().now().replace(microsecond=0)
    world = Shop(now - timedelta(minutes=80), now - timedelta(minutes=10), now)
    with real_prometheus(tmp_path_factory.mktemp("live"), world.fillings()) as server:
        yield server


@pytest.fixture
def live(shop: RealPrometheus, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COMPASS_PROMETHEUS_URL", shop.url)
    monkeypatch.setenv("COMPASS_PROMETHEUS_RATE", "1000")
    return shop.url


def really(*arguments: str) -> Result:
    """The command with the real program behind it."""
    return CliRunner().invoke(main, list(arguments), prog_name="compass")


def test_the_map_shows_services_what_is_read_of_them_and_what_could_not_be_placed(live: str) -> None:
    result = really("map")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Prometheus ")
    assert "7 services" in lines[0]
    assert any(line.startswith("orders-db") and "locks" in line and "shop" in line for line in lines)
    assert "Not placed, for no label names a service: acme_sun_hours." in result.stdout


def test_one_service_is_shown_with_every_query_in_any_spelling_of_its_name(live: str) -> None:
    result = really("map", "--service", "Orders_DB")
    assert 'sum by (server) (max_over_time(pg_stat_activity_count{state="active"}' in result.stdout
    assert "  locks       pg_exclusive_locks" in result.stdout
    refused = really("map", "--service", "ordersdb")
    assert refused.exit_code == 2
    assert "orders-db" in refused.output


def test_machines_get_the_map_as_json(live: str) -> None:
    told = json.loads(really("map", "--json", "--service", "orders").stdout)
    (service,) = told["services"]
    waiting = next(each for each in service["metrics"] if each["metric"] == "pool_waiting")
    assert (service["stores"], waiting["aspect"]) == (["prometheus"], "saturation")


def test_a_file_of_corrections_is_begun_and_then_obeyed(live: str) -> None:
    assert really("map", "--write", "compass.toml").exit_code == 0
    file = Path("compass.toml")
    file.write_text(file.read_text().replace('#: orders = "orders"', 'orders = "order-taking"'))
    assert "order-taking" in really("map").stdout
    again = really("map", "--write", "compass.toml")
    assert again.exit_code == 1
    assert "compass.toml is there already; nothing was written." in again.output


def test_corrections_that_cannot_be_meant_stop_the_map_and_the_doctor_with_their_place(live: str) -> None:
    Path("compass.toml").write_text("[renames]\na = 'b'\n")
    for command in ("map", "doctor"):
        result = really(command)
        assert result.exit_code == 1
        assert "compass.toml, line 1: renames: unknown; did you mean rename?" in result.output


def test_a_file_of_corrections_that_was_named_has_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert corrections(load_settings()).rename == {}
    monkeypatch.setenv("COMPASS_MAP", "ours.toml")
    refused = really("map")
    assert refused.exit_code == 1
    monkeypatch.setenv("COMPASS_PROMETHEUS_URL", "http://127.0.0.1:9")
    assert "COMPASS_MAP names ours.toml, which cannot be read." in really("map").output


def test_the_doctor_says_what_a_server_holds(live: str) -> None:
    result = really("doctor")
    assert result.exit_code == 0, result.output
    assert "ok        prometheus      version 2." in result.stdout
    assert "7 services" in result.stdout


def test_the_doctor_has_the_remedy_for_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_PROMETHEUS_URL", "http://127.0.0.1:9")
    result = really("doctor")
    assert result.exit_code == 1
    assert "MISSING   prometheus      Prometheus did not answer" in result.stdout
    assert "COMPASS_PROMETHEUS_URL" in result.stdout


def test_logins_that_contradict_each_other_are_refused(monkeypatch: pytest.MonkeyPatch, live: str) -> None:
    monkeypatch.setenv("COMPASS_PROMETHEUS_TOKEN", "hunter2")
    monkeypatch.setenv("COMPASS_PROMETHEUS_USER", "ana")
    result = really("map")
    assert result.exit_code == 1
    assert "COMPASS_PROMETHEUS_TOKEN" in result.output
    assert "hunter2" not in result.output


def test_words_suffice_to_look_into_what_is_going_on_now(live: str) -> None:
    result = really("investigate", "checkout 5xx", "--since", "10m", "--services", "checkout", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)["report"]
    assert "orders-db" in json.dumps(report)[:2000]
    assert "RECORDED" not in result.stdout


def test_services_in_words_or_with_a_slip_are_taken_for_those_that_the_server_knows(live: str) -> None:
    for words in (("checkout 5xx",), ("5xx", "--services", "chekout")):
        result = really("investigate", *words, "--since", "10m", "--json")
        assert result.exit_code == 0, result.output
        investigation = json.loads(result.stdout)["investigation"]
        assert investigation["incident"]["affected_services"] == ["checkout"]
        assert "services" in investigation["assumed"]


def test_a_recorded_incident_is_read_from_its_recording_beside_a_live_server(live: str) -> None:
    result = really("investigate", "INC-123", "--json")
    assert result.exit_code == 0, result.output
    assert "metrics.csv of" in result.stdout
    assert "prometheus" not in json.dumps(json.loads(result.stdout)["report"])


def test_queries_can_be_switched_off(monkeypatch: pytest.MonkeyPatch, live: str) -> None:
    monkeypatch.setenv("COMPASS_QUERIES", "off")
    assert "COMPASS_QUERIES=on" in really("map").output


def test_without_a_server_the_map_says_what_to_set() -> None:
    result = really("map")
    assert result.exit_code == 1
    assert "COMPASS_PROMETHEUS_URL=http://prometheus:9090" in result.output
    assert without_servers(load_settings(prometheus={"url": "http://p:9090"})).prometheus.url is None


def world(services: int) -> Overview:
    metric = KnownMetric(metric="requests_rate", of="requests_total", aspect=Aspect.TRAFFIC, query="q")
    where = (Scope(environment="prod", namespace="shop"),)
    known = tuple(
        KnownService(name=f"svc-{number:03}", stores=("prometheus",), scopes=where, metrics=(metric,))
        for number in range(services)
    )
    return Overview(stores=(KnownStore(name="Prometheus", holds=f"{services} services"),), services=known)


def test_three_services_have_a_row_each_and_three_hundred_share_one() -> None:
    few, many = map_lines(world(3)), map_lines(world(300))
    assert "svc-002  prometheus  prod/shop  traffic" in few
    assert len(many) < 12
    assert "300 services · prometheus · traffic" in many
    assert "    svc-000, svc-001, svc-002, svc-003, svc-004, svc-005 and 294 more" in many
    assert len(map_lines(world(300), everything=True)) > 300


def test_an_empty_map_says_what_to_try() -> None:
    assert map_lines(Overview()) == ["", "No service was found. Look farther back: compass map --last 120"]


def test_environments_that_nobody_tells_apart_are_said_with_the_way_out() -> None:
    scopes = (Scope(environment="prod"), Scope(environment="staging"))
    oven = KnownService(name="oven", stores=("prometheus",), scopes=scopes)
    told = "\n".join(map_lines(together([Overview(services=(oven,), mixed=("prod", "staging"))])))
    assert "Environments: prod, staging" in told
    assert "Environments are not told apart, for nobody says which is meant" in told
    assert '[scope] environment = "prod"' in told
    assert "told apart" not in "\n".join(map_lines(Overview(services=(oven,))))


def test_what_servers_say_cannot_write_elsewhere_on_the_screen() -> None:
    nasty = KnownService(name="a\x1b[2J", stores=("prometheus",), scopes=(Scope(namespace="x\ny"),))
    told = [*map_lines(Overview(services=(nasty,), unplaced=("b\x1b",), left_out=("c\x1b",))), *service_lines(nasty)]
    assert "\x1b" not in "".join(told)


def test_the_program_is_asked_for_its_map_only_when_it_is_wanted() -> None:
    script = Script()
    assert "checkout" in compass("map", script=script).stdout
    assert compass("map", "--last", "0", script=script).exit_code == 2
