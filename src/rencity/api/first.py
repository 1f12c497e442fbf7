"""The first page: every report that jobs have made, newest first."""

from __future__ import annotations

from typing import Any

from rencity.api.services import Services
from rencity.jobs import service
from rencity.jobs.store import DONE
from rencity.registry.store import runs
from rencity.report.shelf import shelf_page
from rencity.report.words import Words

MOST = 100


def first_page(services: Services) -> str:
    """The page, in Chinese and English.

    Raises
    ------
    UnreachableError : the database is gone
    """
    with services.store.reading() as connection:
        jobs = service.page(connection, state=DONE, kind="report", limit=MOST)
        names = {
            file["run"]: runs.find(connection, file["run"])
            for job in jobs
            for file in job["outcome"]["files"]
            if file.get("run")
        }
    entries = [_entry(job, names) for job in jobs]
    return shelf_page([entry for entry in entries if entry])


def _entry(job: dict[str, Any], held: dict[str, Any]) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for file in job["outcome"]["files"]:
        words, run = Words(file["language"]), held.get(file.get("run", "")) or {}
        title = " · ".join(filter(None, (job["title"], run.get("scenario"))))
        made.append(
            {
                "file": f"/reports/{job['outcome']['report']}/{file['file']}",
                "lang": words.t("html_lang"),
                "title": title,
                "city": run.get("city", ""),
                "said": [f"{job['ended_at']:%Y-%m-%d %H:%M} UTC"],
                "open": words.t("index_open"),
            }
        )
    return made
