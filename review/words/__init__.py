"""Every sentence a person reads, by code and parameters. Vietnamese first, English second.

Sections are modules with two dicts, `VI` and `EN`, of the same keys; a key stands in one section.
"""

from __future__ import annotations

import importlib
import pkgutil

from review.words import sections

LOCALES = ("vi", "en")
DEFAULT_LOCALE = "vi"


def _load() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {locale: {} for locale in LOCALES}
    for found in pkgutil.iter_modules(sections.__path__):
        section = importlib.import_module(f"{sections.__name__}.{found.name}")
        for locale in LOCALES:
            words: dict[str, str] = getattr(section, locale.upper())
            twice = tables[locale].keys() & words.keys()
            if twice:
                raise ValueError(f"said twice, the second time in {found.name}: {sorted(twice)}")
            tables[locale].update(words)
    return tables


TABLES = _load()


def say(code: str, locale: str = DEFAULT_LOCALE, /, **params: object) -> str:
    """The sentence for `code` in `locale`, its {names} filled from `params`.

    A code without words, or a missing parameter, shows the code itself rather than failing: a
    person in trouble must still get an answer, and a test keeps the tables complete.
    """
    template = TABLES.get(locale, TABLES[DEFAULT_LOCALE]).get(code)
    if template is None:
        template = TABLES[DEFAULT_LOCALE].get(code, code)
    try:
        return template.format_map(params)
    except (KeyError, IndexError, ValueError):
        return template


def knows(code: str) -> bool:
    """Whether there are words for `code`."""
    return code in TABLES[DEFAULT_LOCALE]
