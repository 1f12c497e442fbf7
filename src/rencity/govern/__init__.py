"""Who may and who must: parties, the roles they fill, the areas they answer for.

So far the words of it, which packs hold: see `rencity.govern.kinds`.
"""
