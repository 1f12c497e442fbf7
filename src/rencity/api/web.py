"""The web app: its built files, and its one page for every address that is not the API's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

import rencity

PAGE = "index.html"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KEPT = "public, max-age=31536000, immutable"
"""Files under `assets` carry a digest of their content in their name."""
OTHERS = ("api", "reports", "health", "metrics")
"""First parts of addresses that are not the app's."""
KINDS = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css"}
MISSING = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>韧城 Rencity</title>
<body style="font:16px/1.6 sans-serif;max-width:42em;margin:4em auto;padding:0 1em">
<h1>韧城 Rencity</h1>
<p>网页界面还没有构建：在项目目录里运行 <code>make web</code>，然后刷新本页。接口照常可用，
做好的报告在 <a href="/reports/">/reports/</a>。</p>
<p lang="en">The web pages are not built: run <code>make web</code> in the project's folder and
reload. The API answers all the same; finished reports are under <a href="/reports/">/reports/</a>.
</p>"""

router = APIRouter(include_in_schema=False)


def built() -> Path | None:
    """Where the built web app lies: in the package or a checkout; None: it is not built."""
    package = Path(str(rencity.__file__)).parent
    for folder in (package / "web", package.parents[1] / "web" / "dist"):
        if (folder / PAGE).is_file():
            return folder
    return None


@router.get("/{path:path}")
def web(path: str, accept: Annotated[str, Header(alias="Accept-Encoding")] = "") -> Response:
    """A file of the web app, or its page, which reads the address itself."""
    if path.split("/", 1)[0] in OTHERS:
        raise HTTPException(404)
    folder = built()
    if folder is None:
        return HTMLResponse(MISSING, headers={**_headers(""), "Content-Security-Policy": PLAIN})
    file = (folder / path).resolve()
    if path and file.is_relative_to(folder.resolve()) and file.is_file():
        return _file(file, path, accept)
    if path.startswith("assets/"):
        raise HTTPException(404)  # of a build that is gone: the page is read again, not this
    return _file(folder / PAGE, PAGE, accept)


PLAIN = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def _file(file: Path, path: str, accept: str) -> Response:
    headers, kind = _headers(path), KINDS.get(file.suffix)
    packed = file.with_name(file.name + ".gz")
    if "gzip" in accept and packed.is_file():
        kind = kind or ("text/html" if file.suffix == ".html" else None)
        headers["Content-Encoding"] = "gzip"
        return FileResponse(packed, headers=headers, media_type=kind)
    return FileResponse(file, headers=headers, media_type=kind)


def _headers(path: str) -> dict[str, str]:
    kept = KEPT if path.startswith("assets/") else "no-cache"
    return {"Content-Security-Policy": POLICY, "Cache-Control": kept, "Vary": "Accept-Encoding"}
