"""What is said where a fault of the program's own ended it: where it happened, and no word that was read or shown."""

from __future__ import annotations

import traceback
from pathlib import Path

from .clean import clean


def report(error: BaseException) -> str:
    """Where a program error happened. The exception's own words are left out: they can quote what was shown."""
    lines = ["accrete-coach ended because of an error of its own. Your sessions and your profile are untouched."]
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}")
        for frame in traceback.extract_tb(seen.__traceback__)[-12:]:
            path = Path(frame.filename)
            lines.append(f"  {path.parent.name}/{path.name}:{frame.lineno} {frame.name}")
        inner = getattr(seen, "error", None)
        seen = seen.__cause__ or (inner if isinstance(inner, BaseException) else None) or seen.__context__
        if len(lines) > 60:
            break
    lines.append("These lines hold no text of yours; please report them.")
    return "\n".join(clean(line, 300) for line in lines)
