"""All endpoints that read runs and answers out, as one router."""

from __future__ import annotations

from fastapi import APIRouter

from rencity.api.routes import asked, asset_frames, checks, results, struck, taken

router = APIRouter()
for module in (results, struck, asset_frames, asked, taken, checks):
    router.include_router(module.router)
