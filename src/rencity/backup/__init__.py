"""All that a server keeps in one folder, and a server made from it again.

    OUT/manifest.json     what there is: tables, files, sizes, digests, the newest root
    OUT/manifest.sig      who says so: the signature of the manifest by the journal's key
    OUT/tables/*.jsonl.gz each table, a row a line, the same from either database
    OUT/cities uploads …  files as they lie in the data folder

Keys are never in it.
"""

from rencity.backup.making import back_up
from rencity.backup.proof import check
from rencity.backup.restoring import restore

__all__ = ["back_up", "check", "restore"]
