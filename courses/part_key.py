"""Keys of modules and lessons: a part that is written anew keeps its key, so that progress and adaptations know it again.

A module here is one as it is written (`courses.edition.ModuleText`) or as it is stored.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from courses.models import new_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


Name = tuple[str, str, str, int]
"""What a part is known by: the module it lies in, its kind, its title, and which one it is of those alike."""


def _named(modules: Sequence[Any]) -> Iterator[tuple[Name, str]]:
    """Yield what each module and each of its lessons is known by, and its key, in their order."""
    alike: Counter[tuple[str, str, str]] = Counter()
    for module in modules:
        parts = [("", "module", module.title, module.key)]
        parts += [(module.title, lesson.kind.value, lesson.title, lesson.key) for lesson in module.lessons]
        for *name, key in parts:
            within, kind, title = name
            alike[within, kind, title] += 1
            yield (within, kind, title, alike[within, kind, title]), key


def keys_for(modules: Sequence[Any], before: Sequence[Any]) -> list[str]:
    """Return the keys of modules and lessons in their order: of what was there before, its own, else a new one.

    What moved to another module is known by its kind and title, where only one can be meant.
    """
    keys = dict(_named(modules))
    given = set(keys.values())
    known = {name: key for name, key in _named(before) if key not in given}
    for name, key in keys.items():
        keys[name] = key or known.pop(name, "")
    left = [name[1:3] for name in known]
    sought = [name[1:3] for name, key in keys.items() if not key]
    moved = {name[1:3]: key for name, key in known.items() if left.count(name[1:3]) == sought.count(name[1:3]) == 1}
    return [key or moved.get(name[1:3]) or new_key() for name, key in keys.items()]
