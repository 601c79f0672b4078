"""What the style guide shows: every component with values as they occur, the awkward ones among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from delula.web.styleguide_charts import sample_charts, sample_figures

# As the page names them; static/css/tokens.css says what each is for.
GROUNDS = ("page", "surface", "raised", "sunken", "hover", "press", "selected")
LINES = ("border", "border-mid", "border-strong")
TEXTS = ("text", "text-muted", "text-faint")
TONES = ("accent", "success", "warning", "danger", "info")
STEPS = tuple(range(1, 13))

LONG_PROMPT = "\n".join(
    f"{line}. A blue whale glides over a city of glass at dusk, slow dolly shot, volumetric light, 35 mm."
    for line in range(1, 41)
)
STACK = """Traceback (most recent call last):
  File "worker.py", line 214, in run
    result = await provider.submit(job, timeout=480)
  File "provider.py", line 88, in submit
    raise ProviderError(response.status, response.json()["detail"])
ProviderError: 422 The content could not be processed because it was flagged."""

METADATA: dict[str, Any] = {
    "workflowType": "text_to_video",
    "request_origin": "user",
    "isInstant": False,
    "formData": {"food": "ramen", "sound": "<b>crunch</b>", "intensity": 7, "notes": None, "tags": []},
    "extractedVariables": {"camera": "slow dolly", "seconds": 8.5, "names": ["Zoë", "Łukasz", "عمر"]},
    "provider": {"name": "fal", "apiKey": "••••••••", "timings": {"queued": 1.2, "running": 41.7}},
}


def _generations(now: datetime) -> list[dict[str, Any]]:
    prompts = (
        "A blue whale glides over a city of glass at dusk, slow dolly shot, volumetric light",
        "Lava poured over a bowl of ramen, macro, ASMR, crisp sound",
        "<script>alert('no')</script> as a neon sign in the rain",
        "Ein Bär trägt Zoës Regenschirm, Aquarell",
        "قطة تقرأ كتابا تحت ضوء القمر",
        "minimal",
    )
    statuses = (
        "processing",
        "completed",
        "failed",
        "completed",
        "pending",
        "archived_v1",
        "completed",
        "failed",
    )
    kinds = ("video", "image", "video", "image", "audio", "image", "video", "image")
    rows = []
    for index in range(16):
        status = statuses[index % len(statuses)]
        rows.append(
            {
                "id": 1_048_576 - index,
                "short_id": f"kQ8x-Lm{index:02d}_Zw"[:11],
                "prompt": prompts[index % len(prompts)],
                "recipe": ("Lava Food ASMR", "Glass City", None, "Neon Sign")[index % 4],
                "user": ("ada@example.com", "zoe.martin@example.org", "system_backlog", "guest_7f3a91")[
                    index % 4
                ],
                "status": status,
                "kind": kinds[index % len(kinds)],
                "cost": (10, 25, None, 5)[index % 4],
                "seconds": None if status in {"pending", "processing"} else 12.4 + 37 * (index % 9),
                "created": now - timedelta(minutes=2 + 37 * index * index),
                "thumbnail": None,
            }
        )
    return rows


def styleguide_context() -> dict[str, Any]:
    """The values that `templates/styleguide.html` shows; no database is asked."""
    now = datetime.now(UTC)
    generations = _generations(now)
    return {
        "grounds": GROUNDS,
        "lines": LINES,
        "texts": TEXTS,
        "tones": TONES,
        "steps": STEPS,
        "now": now,
        "generations": generations,
        "metadata": METADATA,
        "long_prompt": LONG_PROMPT,
        "stack": STACK,
        "peeked": False,
        "chart_of": sample_charts(),
        "figures": sample_figures(),
        "columns": [
            {"label": "Generation", "sort_href": "?sort=id"},
            {"label": "Status"},
            {"label": "Prompt"},
            {"label": "Recipe", "sort_href": "?sort=recipe"},
            {"label": "User"},
            {"label": "Duration", "sort_href": "?sort=duration", "numeric": True},
            {"label": "Cost", "sort_href": "?sort=cost", "numeric": True},
            {"label": "Created", "sort_href": "?sort=created", "sort": "descending"},
        ],
        "events": [
            {"title": "Created", "time": now - timedelta(minutes=9), "tone": "neutral", "spent": 4.2},
            {
                "title": "Processing",
                "time": now - timedelta(minutes=8, seconds=56),
                "tone": "info",
                "detail": "fal · job 6f1c20ab-77d1",
                "spent": 161.0,
            },
            {
                "title": "Failed",
                "time": now - timedelta(minutes=6),
                "tone": "danger",
                "detail": "The provider refused the prompt.",
                "spent": 42.0,
            },
            {
                "title": "Refunded",
                "time": now - timedelta(minutes=5),
                "tone": "success",
                "detail": "25 credits",
            },
            {"title": "Last change", "time": None, "tone": "neutral", "current": True},
        ],
    }
