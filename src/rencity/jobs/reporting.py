"""Jobs that lay runs and answers out as pages."""

from __future__ import annotations

from rencity.jobs import inputs
from rencity.jobs.context import Context, Made
from rencity.kit.files import staged_folder
from rencity.report.decide.answers import is_answer
from rencity.report.decide.page import write_decision
from rencity.report.page import write_report


def report(context: Context, given: inputs.ReportInput) -> Made:
    """Write a page for each run, and one of all answers together, in each language."""
    folders = {run: context.places.run(run) for run in given.runs}
    answers = [folder for folder in folders.values() if is_answer(folder)]
    pages = [(run, folder) for run, folder in folders.items() if folder not in answers]
    files: list[dict[str, str]] = []
    with staged_folder(context.result, replace=True) as stage:
        for number, lang in enumerate(given.languages):
            context.progress("pages", number / len(given.languages))
            for run, folder in pages:
                name = f"{run}-{lang}.html"
                write_report(folder, stage / name, lang)
                files.append({"file": name, "run": run, "language": lang})
            if answers:
                name = f"decide-{lang}.html"
                write_decision(answers, stage / name, lang)
                files.append({"file": name, "run": "", "language": lang})
    return Made("report", {}, {"files": files})
