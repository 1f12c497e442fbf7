"""Deciding: answers read to the last figure, and a new question put to an own programme."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.web.figures import big, exact, near
from tests.web.memphis import EXAMPLES, SCENARIO, Memphis
from tests.web.reader import Reader
from tests.web.site import Site

ANSWER_S = 120_000
MEASURES = EXAMPLES / "measures.toml"


@pytest.mark.usefixtures("memphis")
@pytest.mark.parametrize("city", ["memphis", "demo-city"])
def test_a_budget_is_told_as_it_was_worked_out(
    reads: Callable[..., Reader], site: Site, city: str
) -> None:
    run = site.run_of("invest", city)["id"]
    told = json.loads((site.data / "runs" / run / "invest.json").read_text())
    best = _best(told)
    reader = reads("en")
    page = reader.go(f"/decide/{run}")
    chosen = page.locator("[data-test=invest-chosen] li")
    expect(chosen).to_have_count(len(best["chosen"]))
    shown = [one.get_attribute("data-measure") for one in chosen.all()]
    assert sorted(str(one) for one in shown) == sorted(best["chosen"])
    figures = {
        "budget": told["budget_yuan"], "cost": best["cost_yuan"], "saved": best["saved"]["mean"],
        "today": told["loss_today"], "fresh": best["fresh"]["mean"],
    }  # fmt: skip
    for name, value in figures.items():
        assert near(exact(reader.test(f"invest-{name}").locator(".value")), value), name
    costs = {one["id"]: one["cost_yuan"] for one in told["measures"]}
    assert best["cost_yuan"] == sum(costs[one] for one in best["chosen"]) <= told["budget_yuan"]
    for one in told["measures"]:
        row = page.locator(f"[data-test=measures-alone] tr[data-measure='{one['id']}']")
        assert near(exact(row.locator("td").nth(1)), one["cost_yuan"])
        assert near(exact(row.locator("td").nth(2).locator("[title]")), one["saved"]["mean"])
        assert ("✓" in row.inner_text()) == (one["id"] in best["chosen"])


def test_the_slider_buys_what_the_curve_says(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    told = json.loads((site.data / "runs" / memphis.invest / "invest.json").read_text())
    reader = reads("en")
    reader.go(f"/decide/{memphis.invest}")
    curve = sorted(told["curve"], key=lambda one: one["budget_yuan"])
    slider, buys = reader.test("budget-slider"), reader.test("budget-buys")
    most = curve[-1]["budget_yuan"]
    seen = set()
    for part in (0, 80, 200, 300, 400):
        at = part * most / 400
        slider.fill(f"{at:.10g}")
        point = [one for one in curve if one["budget_yuan"] <= at][-1:]
        bought = point[0]["chosen"] if point else []
        items = [one.get_attribute("data-measure") for one in buys.locator("li").all()]
        assert items == bought, at
        expect(buys).to_contain_text(f"¥{big(at, 'en')}")
        if bought:
            expect(buys).to_contain_text(f"for ¥{big(point[0]['cost_yuan'], 'en')}")
            expect(buys).to_contain_text(f"{big(point[0]['saved']['mean'], 'en')} person-hours")
        seen.add(tuple(bought))
    assert len(seen) > 2, "budgets that buy the same show nothing"


@pytest.mark.usefixtures("memphis")
@pytest.mark.parametrize("city", ["memphis", "demo-city"])
def test_who_hurts_most_alone_is_as_failed_one_by_one(
    reads: Callable[..., Reader], site: Site, city: str
) -> None:
    run = site.run_of("n1", city)["id"]
    kept = pd.read_parquet(site.data / "runs" / run / "n1.parquet")
    reader = reads("zh")
    reader.go(f"/decide/{run}")
    rows = reader.page.locator("[data-test=n1-table] tbody tr")
    worst = site.get(f"runs/{run}/n1")["worst"]
    expect(rows).to_have_count(min(20, len(worst)))
    people = kept.set_index("asset")["people"]
    shown = []
    for n, one in enumerate(worst[: rows.count()]):
        assert rows.nth(n).get_attribute("data-asset") == one["asset"]
        shown.append(exact(rows.nth(n).locator("td").nth(1)))
        assert near(shown[-1], float(people[one["asset"]]))
    assert shown == sorted(shown, reverse=True)
    assert near(shown[0], float(people.max()))
    expect(reader.test("n1-said")).to_contain_text(worst[0]["name"] or worst[0]["asset"])


def test_a_year_and_networks_are_told_as_worked_out(
    reads: Callable[..., Reader], site: Site
) -> None:
    reader = reads("en")
    run = site.run_of("rate", "demo-city")["id"]
    told = site.get(f"runs/{run}/rate")
    kept = json.loads((site.data / "runs" / run / "rate.json").read_text())
    reader.go(f"/decide/{run}")
    expect(reader.test("rate-year")).to_be_visible()
    total = told["aal"]["total"]["mean_h_per_a"]
    assert total == kept["aal"]["total"]["mean_h_per_a"]
    assert near(exact(reader.test("rate-year").locator(".value")), total)
    periods = reader.test("periods").locator("tbody tr")
    for n, one in enumerate(told["return_periods"]["total"]):
        expect(periods.nth(n).locator("th")).to_contain_text(f"{one['period_a']:,.0f}")
        assert near(exact(periods.nth(n).locator("td").nth(0)), one["loss"])
    members = reader.test("members").locator("tbody tr")
    for n, one in enumerate(told["scenarios"]):
        assert near(exact(members.nth(n).locator("td").nth(2)), one["mean_loss_h"])
    run = site.run_of("measure", "demo-city")["id"]
    networks = site.get(f"runs/{run}/measure")["lifelines"]
    reader.go(f"/decide/{run}")
    shown = reader.test("networks").locator("tbody tr")
    expect(shown).to_have_count(len(networks))
    text = shown.all_inner_texts()
    for one in networks:
        nodes = f"{one['nodes']:,} / {one['links']:,}"
        [row] = [each for each in text if nodes in each]
        assert f"{100 * one['average_loss']['complete']:.2f}%" in row


def test_a_budget_is_asked_of_an_own_programme_and_answered(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("en")
    page = reader.go(f"/decide/new?city={memphis.city}&kind=invest")
    expect(reader.test("ask-go")).to_be_disabled()
    reader.test(f"member-s:{SCENARIO}").click()
    reader.test("upload-measures").set_input_files(MEASURES)
    programme = tomllib.loads(MEASURES.read_text("utf-8"))["measures"]
    expect(reader.test("measure-list").locator("> li")).to_have_count(len(programme))
    reader.test("check-measures").click()
    expect(reader.test("measures-checked")).to_contain_text(f"{len(programme)}")
    expect(reader.test("measures-checked")).to_contain_text("✓")
    _fill(reader, "budget", 60_000_000)
    page.locator("details", has=reader.test("samples")).locator("summary").click()
    _fill(reader, "samples", 32)
    page.evaluate("window.kept = true")
    reader.test("ask-go").click()
    expect(reader.test("to-answer")).to_be_visible(timeout=ANSWER_S)
    reader.test("to-answer").click()
    expect(reader.test("invest-chosen")).to_be_visible()
    assert page.evaluate("window.kept")
    run = page.url.rsplit("/", 1)[1]
    told = site.get(f"runs/{run}/invest")
    assert told["digest"] == site.get(f"runs/{memphis.invest}/invest")["digest"]
    expect(page.locator("main")).to_contain_text(told["digest"][:12])
    for one in _best(told)["chosen"]:
        title = next(each["title"]["en"] for each in told["measures"] if each["id"] == one)
        expect(reader.test("invest-chosen")).to_contain_text(title)
    expect(reader.test("made-up")).to_be_visible()


def test_what_a_run_suggests_waits_for_its_cost(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("en")
    reader.go(f"/decide/new?city={memphis.city}&kind=invest&run={memphis.run}")
    reader.test("suggest").click()
    items = reader.test("measure-list").locator("> li")
    expect(items).to_have_count(5)
    weak = site.get(f"runs/{memphis.run}/weak-links", by="saved", limit=5)["items"]
    for n, one in enumerate(weak):
        expect(items.nth(n)).to_contain_text(one["asset"])
        expect(items.nth(n)).not_to_contain_text("¥")
    expect(reader.test("ask-go")).to_be_disabled()
    expect(reader.test("ask-wrong")).to_contain_text(re.compile(r"\b5\b.*cost|cost.*\b5\b", re.I))
    reader.test("measures-toml").locator("textarea").wait_for(state="attached")
    assert "cost_yuan" not in reader.test("measures-toml").locator("textarea").input_value()
    _fill(reader, "fill-cost", 2_000_000)
    reader.test("fill-go").click()
    expect(reader.test("ask-go")).to_be_enabled()
    for n in range(5):
        expect(items.nth(n)).to_contain_text("¥2 M")
        expect(items.nth(n)).to_contain_text("*")  # said to be assumed


def _best(told: dict[str, Any]) -> dict[str, Any]:
    exactly, greedy = told["exact"], told["greedy"]
    better = exactly and exactly["saved"]["mean"] > greedy["saved"]["mean"]
    best: dict[str, Any] = exactly if better else greedy
    return best


def _fill(reader: Reader, name: str, value: float) -> None:
    field = reader.test(name).locator("input")
    field.fill(str(value))
    field.press("Enter")
