"""What breaks the rules: a small share of rows as live databases have them, hostile ones included.

Every kind of breakage occurs in every chunk, however small, and among the newest rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from delula.demo.pieces import NULL, Column, encoded_array, encoded_json, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np

_SCRIPT = "<script>alert('prompt')</script>"
_IMAGE = "<img src=x onerror=alert(1)>"
_BIDI = "invoice \u202egpj.exe\u202c and \u2067mixed\u2069 directions"
_CONTROLS = "bell \x07, escape \x1b[31mred\x1b[0m, vertical tab \x0b, delete \x7f, line\u2028separator"
_ARABIC = "قطة صغيرة تشرب الشاي في مقهى قديم \u200fعند الغروب"
_EMOJI = "a family 👨‍👩‍👧‍👦 in the rain ☔️, flags 🏴󠁧󠁢󠁳󠁣󠁴󠁿 and combining z̴̛͔a̵̢͝l̷̰̆g̶͇̈o̷̠͗ text"


def _deep(levels: int) -> object:
    value: object = "bottom"
    for level in range(levels):
        value = {"level": level, "inside": value} if level % 2 else [value]
    return value


#: JSON that nobody expects in a column of objects.
ODD_JSON: tuple[str, ...] = (
    NULL,
    encoded_json(None),
    encoded_json(42),
    encoded_json("just text"),
    encoded_json([]),
    encoded_json({}),
    encoded_json([1, "two", None, {"three": 3.0}]),
    encoded_json(_deep(120)),
    encoded_json({"formData": _SCRIPT, "tagDisplayData": None, "isInstant": "maybe", "request_origin": 7}),
    encoded_json(
        {_IMAGE: "key", "": "empty key", "api_key": "sk-demo-not-a-secret", "__proto__": {"admin": True}}
    ),
    encoded_json({"big": 10**30, "small": 1e-30, "text": "x" * 20_000}),
)
HOSTILE_TEXTS: tuple[str, ...] = (
    text(_SCRIPT),
    text(_IMAGE),
    text(_BIDI),
    text(_CONTROLS),
    text(_ARABIC),
    text(_EMOJI),
    text("'; DROP TABLE generations; --"),
    text("{{ 7 * 7 }} {% raw %} ${7*7}"),
    text("back\\slash, tab\t, line\nbreak, quote \" and ' and `"),
    text("word" * 800),
    "",
    " ",
)
#: About 300 KB: somebody pasted a novel.
HUGE_PROMPT = text("Chapter one. The harbour was quiet, and nobody asked why.\n" * 5300)


@dataclass(frozen=True)
class _Breakage:
    """One kind: which column gets one of which escaped values, in which share of the rows."""

    column: str
    values: tuple[str, ...]
    share: float = 0.0002


def _spoil(
    columns: Mapping[str, Column], kinds: Iterable[_Breakage], rng: np.random.Generator, *, newest: bool
) -> None:
    """Break some rows in place; with `newest`, some of the last ones too."""
    for kind in kinds:
        values = columns[kind.column]
        count = len(values)
        # Every value once even in a small chunk, as far as there are rows.
        chosen = rng.integers(
            count, size=min(max(len(kind.values), int(count * kind.share)), 1 + count // 20)
        )
        if newest:
            chosen[0] = count - 1 - int(rng.integers(min(count, 150)))
        for turn, row in enumerate(chosen.tolist()):
            values[row] = kind.values[turn % len(kind.values)]


def spoil_generations(columns: Mapping[str, Column], rng: np.random.Generator, *, newest: bool) -> None:
    """Break some generations in place."""
    title = columns["recipe_id, recipe_title, type"]
    count = len(title)
    title[rng.integers(count, size=1 + count // 5000)] = f"{NULL}\t{NULL}\timage"
    _spoil(columns, _GENERATIONS, rng, newest=newest)
    columns["prompt"][int(rng.integers(count))] = HUGE_PROMPT


_GENERATIONS = (
    _Breakage("recipe_id, recipe_title, type", (
        f"999999\t{NULL}\tvideo",
        f"-1\t{text(_IMAGE)}\timage",
        f"{NULL}\tDeleted recipe\thologram",
        "0\t\taudio",
    )),
    _Breakage("status", ("cancelled", "QUEUED", "timed_out", "", text("<b>failed</b>"), "completed "),
    0.0004),
    _Breakage("metadata", ODD_JSON, 0.0006),
    _Breakage("prompt", HOSTILE_TEXTS, 0.0006),
    _Breakage("user_id", ("", "deleted-account-17", text("<i>nobody</i>"), "0"), 0.0002),
    _Breakage("created_at", (NULL,)),
    _Breakage("updated_at", (NULL, "2019-01-01 00:00:00")),
    _Breakage("processing_started_at", (NULL,)),
    _Breakage("short_id", (NULL,)),
    _Breakage("asset_id", (NULL, text("../../etc/passwd"), ""), 0.0002),
    _Breakage("credits_cost", (NULL, "-4", "2147483647"), 0.0002),
    _Breakage("retry_count", ("17", "-1"), 0.0001),
    _Breakage("fal_job_status", ("STATUS_UNKNOWN", "completed", text(_SCRIPT)), 0.0002),
    _Breakage("secure_url", ("javascript:alert(1)", "not a url", ""), 0.0001),
    _Breakage("failure_reason, error_details", (
        f"{text(_SCRIPT)}\t{encoded_json('just a string')}",
        f"Unknown error\t{NULL}",
        f"\t{encoded_json([{'message': 'first'}, {'message': 'second'}])}",
        f"{NULL}\t{encoded_json({'stack': 'Error: ' + 'at frame (/app/x.ts:1:1) ' * 2000})}",
    ), 0.0003),
    _Breakage("image_url, video_url, thumbnail_url, s3_key", (
        f"javascript:alert(1)\t{NULL}\tdata:text/html,{text(_SCRIPT)}\t{NULL}",
        f"{NULL}\t{NULL}\t{NULL}\tgenerations/images/originals/{text(_IMAGE)}.jpg",
        "https://elsewhere.example/a.jpg\t\t\t",
        f"{NULL}\t{NULL}\t{NULL}\t{NULL}",
    ), 0.0003),
)  # fmt: skip


def spoil_assets(columns: Mapping[str, Column], rng: np.random.Generator, *, newest: bool) -> None:
    """Break some user assets in place."""
    _spoil(columns, _ASSETS, rng, newest=newest)


_NAMES = (
    text(f"{_IMAGE}.png"),
    text("\"><script>alert('file')</script>.jpg"),
    text("photo\u202egpj.exe"),
    text("صورة العائلة.png"),
    text("../../../etc/passwd"),
    text("CON.png"),
    text("a" * 400 + ".jpeg"),
    text("tab\tand\nbreak\x01.mp4"),
    text("'; DELETE FROM user_assets; --.pdf"),
    "",
)
_ARRAYS = (
    NULL,
    "{}",
    encoded_array([""]),
    encoded_array([_SCRIPT, 'quote " and \\ slash', "x" * 500]),
    "{NULL}",
)
_ASSETS = (
    _Breakage("original_filename", _NAMES, 0.0006),
    _Breakage("display_name", _NAMES, 0.0006),
    _Breakage("user_id", ("", "deleted-account-17", text("<i>nobody</i>"))),
    _Breakage("source", ("0", "3", "9", "-1"), 0.0005),
    _Breakage("user_tags", _ARRAYS, 0.001),
    _Breakage("system_tags", _ARRAYS, 0.0005),
    _Breakage("auto_classification", ODD_JSON, 0.0004),
    _Breakage("ai_classification", ODD_JSON, 0.0004),
    _Breakage("created_at", (NULL,)),
    _Breakage("updated_at", (NULL,)),
    _Breakage("is_deleted, deleted_at", (f"{NULL}\t{NULL}", f"t\t{NULL}", "f\t2025-01-01 00:00:00")),
)


def spoil_ledger(columns: Mapping[str, Column], rng: np.random.Generator, *, newest: bool) -> None:
    """Break some ledger rows in place; amounts stay, so that balances can still be explained."""
    _spoil(columns, _LEDGER, rng, newest=newest)


_LEDGER = (
    _Breakage("type", ("promo", "USAGE", "manual fix", "", text("<b>gift</b>")), 0.0001),
    _Breakage("description", HOSTILE_TEXTS, 0.0001),
    _Breakage("created_at", (NULL,), 0.0001),
    _Breakage("metadata", ODD_JSON, 0.0002),
)


def spoil_usage(columns: Mapping[str, Column], rng: np.random.Generator, *, newest: bool) -> None:
    """Break some component usage rows in place."""
    _spoil(columns, _USAGE, rng, newest=newest)


_USAGE = (
    _Breakage("execution_id", (NULL, "", text("<x>")), 0.0001),
    _Breakage("processing_time_ms", (NULL, "-5", "2147483647"), 0.0001),
    _Breakage("created_at", (NULL,), 0.0001),
    _Breakage("credit_cost, success, error_message", (
        f"{NULL}\t{NULL}\t{NULL}",
        f"0\tt\t{text(_SCRIPT)}",
        f"-3\tf\t{NULL}",
    ), 0.0001),
)  # fmt: skip
