"""What the demo product offers beside its recipes: tags, providers, services, components, type tables."""

from __future__ import annotations

from dataclasses import dataclass

#: Rows of the type tables, as the product documents them.
TYPE_TABLES: dict[str, tuple[tuple[int, str], ...]] = {
    "type_user": ((1, "System"), (2, "Guest"), (3, "Registered")),
    "type_role": ((1, "User"), (2, "Test"), (3, "Admin")),
    "type_audio": ((0, "No Sound"), (1, "Sound"), (2, "Speech")),
    "type_services": ((1, "Text-to-Image"), (2, "Text-to-Video"), (3, "Image-to-Video")),
}

#: Public tags: name, description, colour.
PUBLIC_TAGS: tuple[tuple[str, str, str], ...] = (
    ("viral", "Shared more than most this month", "pink"),
    ("food", "Things to eat, or nearly", "orange"),
    ("asmr", "Made to be heard", "purple"),
    ("animals", "Pets and wild ones", "green"),
    ("funny", "Meant to make people laugh", "yellow"),
    ("portrait", "One face, well lit", "blue"),
    ("city", "Streets, roofs, windows", "slate"),
    ("night", "After sunset", "indigo"),
    ("design", "For print and screen", "teal"),
    ("music", "For songs and stages", "red"),
    ("nostalgia", "From another decade", "amber"),
    ("product", "For shops", "gray"),
    ("studio", "Controlled light", "gray"),
    ("kids", "For the youngest", "yellow"),
    ("nature", "Land, water, sky", "green"),
    ("loop", "Ends where it begins", "cyan"),
    ("travel", "Elsewhere", "sky"),
    ("paint", "Brush and pigment", "rose"),
    ("ink", "Lines only", "slate"),
    ("anime", "Drawn in the Japanese manner", "fuchsia"),
    ("miniature", "Small worlds", "lime"),
    ("cosy", "Warm and slow", "amber"),
    ("fashion", "Clothes and fabric", "rose"),
    ("logo", "Marks and lettering", "blue"),
    ("sport", "Movement against the clock", "red"),
    ("tool", "Works on your own upload", "gray"),
)
#: Hidden tags: `namespace:value`.
HIDDEN_TAGS: tuple[str, ...] = (
    "category:video", "category:image", "category:tool", "category:coming_soon",
    "workflow:text_to_video", "workflow:text_to_image", "workflow:image_to_video", "workflow:style_transfer",
    "rating:family_friendly", "rating:teen_plus",
)  # fmt: skip


@dataclass(frozen=True)
class Provider:
    """Who runs the models: `slots` jobs at once; `jobs` whether it answers with a fal job id."""

    title: str
    description: str
    slots: int
    jobs: bool
    active: bool = True


PROVIDERS: tuple[Provider, ...] = (
    Provider("fal", "Hosted models behind one queue", 12, jobs=True),
    Provider("Google", "Veo through the vendor's own interface", 6, jobs=False),
    Provider("Runway", "Video models, billed by the second", 4, jobs=False),
    Provider("Stability", "Image models", 8, jobs=False),
    Provider("Replicate", "Kept for the way back; takes no new work", 2, jobs=False, active=False),
)

#: Services: title, provider, type (see `type_services`), endpoint, cost of a run in dollars.
SERVICES: tuple[tuple[str, str, int, str, str], ...] = (
    ("FLUX Pro", "fal", 1, "fal-ai/flux-pro/v1.1", "0.0400000000000000"),
    ("FLUX Schnell", "fal", 1, "fal-ai/flux/schnell", "0.0030000000000000"),
    ("Ideogram V3", "fal", 1, "fal-ai/ideogram/v3", "0.0600000000000000"),
    ("Veo 3 Fast", "Google", 2, "models/veo-3.0-fast-generate", "0.2500000000000000"),
    ("Kling 2.1 Master", "fal", 2, "fal-ai/kling-video/v2.1/master/text-to-video", "0.2800000000000000"),
    ("Hailuo 02", "fal", 3, "fal-ai/minimax/hailuo-02/standard/image-to-video", "0.0450000000000000"),
    ("Ray 2", "fal", 2, "fal-ai/luma-dream-machine/ray-2", "0.1000000000000000"),
    ("Gen-4 Turbo", "Runway", 3, "v1/image_to_video", "0.0500000000000000"),
    ("Stable Image Ultra", "Stability", 1, "v2beta/stable-image/generate/ultra", "0.0800000000000000"),
    ("SDXL Legacy", "Replicate", 1, "stability-ai/sdxl", "0.0023000000000000"),
)
PROVIDER_OF: dict[str, str] = {title: provider for title, provider, *_ in SERVICES}

#: Why generations fail: reason, class of the error, HTTP status, share. `{provider}` is the provider's title.
FAILURES: tuple[tuple[str, str, int | None, float], ...] = (
    ("Provider timed out after 300 seconds", "TimeoutError", 504, 22),
    ("Content policy violation: prompt was flagged", "ContentPolicyError", 422, 20),
    ("{provider} rate limit exceeded", "RateLimitError", 429, 15),
    ("Upstream error from {provider}: 502 Bad Gateway", "UpstreamError", 502, 13),
    ("Could not download result from {provider}", "DownloadError", 404, 8),
    ("Upload to S3 failed: SlowDown", "S3ServiceException", 503, 6),
    ("Invalid input: image_url is not reachable", "ValidationError", 400, 6),
    ("Job lost: {provider} does not know the request", "JobNotFoundError", 404, 4),
    ("Insufficient balance at {provider}", "BillingError", 402, 3),
    ("Cannot read properties of undefined (reading 'url')", "TypeError", None, 3),
)
#: Frames of stack traces: the product is written in TypeScript.
STACK_FRAMES: tuple[str, ...] = (
    "at {provider}Client.submit (/app/server/providers/client.ts:{line}:17)",
    "at async pollUntilDone (/app/server/providers/poll.ts:{line}:22)",
    "at async runStep (/app/server/workflows/run-step.ts:{line}:11)",
    "at async GenerationQueue.processNext (/app/server/queue/generation-queue.ts:{line}:9)",
    "at async GenerationQueue.tick (/app/server/queue/generation-queue.ts:{line}:5)",
    "at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
)


@dataclass(frozen=True)
class Component:
    """A building block of workflows.

    Attributes:
        inputs: channel id and type number of each input; the first is required.
        outputs: as above.
        seconds: estimated run time.
        cost: credits.
        failure: share of runs that fail.
        needs: component ids and dependency types.
    """

    id: str
    name: str
    description: str
    category: str
    inputs: tuple[tuple[str, int], ...]
    outputs: tuple[tuple[str, int], ...]
    seconds: int
    cost: int
    failure: float
    version: str = "1.0.0"
    active: bool = True
    needs: tuple[tuple[str, str], ...] = ()


COMPONENTS: tuple[Component, ...] = (
    Component(
        "fill-prompt-template", "Fill prompt template", "Puts the answers of a form into the prompt.", "text",
        (("template", 26), ("answers", 23)), (("prompt", 10),), 1, 0, 0.001, "2.3.0",
    ),
    Component(
        "check-prompt-safety", "Check prompt safety", "Rates a prompt and stops what must not be made.",
        "text",
        (("prompt", 10), ("strictness", 20)), (("allowed", 21), ("report", 23)), 2, 0, 0.012, "1.8.1",
        needs=(("fill-prompt-template", "required"),),
    ),
    Component(
        "generate-image", "Generate image", "Makes an image from a prompt.", "generation",
        (("prompt", 10), ("config", 25), ("seed", 18)), (("image_url", 2), ("metadata", 24)), 8, 2, 0.035,
         "3.1.0",
        needs=(("check-prompt-safety", "required"),),
    ),
    Component(
        "generate-video", "Generate video", "Makes a video from a prompt.", "generation",
        (("prompt", 10), ("config", 25), ("duration", 17)), (("video_url", 6), ("metadata", 24)), 120, 8,
         0.06, "3.0.2",
        needs=(("check-prompt-safety", "required"), ("animate-image", "optional")),
    ),
    Component(
        "animate-image", "Animate image", "Makes a video from a first frame.", "generation",
        (("image_url", 2), ("prompt", 10), ("duration", 17)), (("video_url", 6),), 90, 7, 0.08, "1.4.0",
        needs=(("check-prompt-safety", "required"), ("restyle-image", "conflicts")),
    ),
    Component(
        "restyle-image", "Restyle image", "Redraws an image in another style.", "generation",
        (("image", 1), ("style", 11), ("strength", 19)), (("image_url", 2),), 11, 3, 0.05, "0.9.4",
        needs=(("check-prompt-safety", "required"),),
    ),
    Component(
        "get-frames-from-video", "Get frames from video", "Takes single frames out of a video.", "media",
        (("video", 5), ("count", 18), ("at", 23)), (("frames", 8), ("first_frame", 1)), 4, 0, 0.008, "1.2.0",
        needs=(("generate-video", "optional"), ("animate-image", "optional")),
    ),
    Component(
        "make-thumbnail", "Make thumbnail", "Scales an image down for lists.", "media",
        (("image", 1), ("width", 18), ("quality", 20)), (("thumbnail", 4),), 1, 0, 0.004, "2.0.0",
        needs=(("get-frames-from-video", "optional"),),
    ),
    Component(
        "upload-to-bucket", "Upload to bucket", "Stores a result and returns its key.", "storage",
        (("blob", 7), ("key", 9), ("public", 22)), (("s3_key", 9), ("cdn_url", 6)), 2, 0, 0.006, "1.6.3",
        needs=(("make-thumbnail", "optional"),),
    ),
    Component(
        "add-soundtrack", "Add soundtrack", "Puts sound or speech under a video.", "audio",
        (("video_url", 6), ("audio_url", 14), ("volume", 20)), (("video_url", 6), ("waveform", 16)), 9, 1,
         0.03, "1.1.0",
        needs=(("generate-video", "required"),),
    ),
    Component(
        "upscale-image", "Upscale image", "Doubles the size of an image.", "media",
        (("image_url", 2), ("factor", 17)), (("image_url", 2),), 6, 1, 0.02, "1.0.7",
        needs=(("generate-image", "optional"), ("restyle-image", "optional")),
    ),
    Component(
        "describe-image", "Describe image", "Says in words what an image shows.", "text",
        (("image", 3), ("instruction", 11)), (("description", 9), ("labels", 23)), 3, 0, 0.015, "0.4.0",
        active=False, needs=(("upload-to-bucket", "conflicts"),),
    ),
    Component(
        "record-waveform", "Record waveform", "Draws the waveform of a sound.", "audio",
        (("audio", 13), ("blob", 15)), (("waveform", 16),), 2, 0, 0.01, "0.2.1",
    ),
)  # fmt: skip
#: Which components a workflow runs, in order; longer histories go round again.
PIPELINES: dict[str, tuple[str, ...]] = {
    "text_to_image": (
        "fill-prompt-template", "check-prompt-safety", "generate-image", "make-thumbnail", "upload-to-bucket",
        "upscale-image",
    ),
    "text_to_video": (
        "fill-prompt-template", "check-prompt-safety", "generate-video", "get-frames-from-video",
        "upload-to-bucket",
        "make-thumbnail", "add-soundtrack",
    ),
    "image_to_video": (
        "fill-prompt-template", "check-prompt-safety", "animate-image", "get-frames-from-video",
        "upload-to-bucket",
        "make-thumbnail", "describe-image",
    ),
    "style_transfer": (
        "fill-prompt-template", "check-prompt-safety", "restyle-image", "make-thumbnail", "upload-to-bucket",
        "upscale-image", "record-waveform",
    ),
}  # fmt: skip

#: Public assets that come with the product: name, kind, tags.
SYSTEM_ASSETS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Film grain, fine", "image", ("overlay", "texture")),
    ("Paper, cold pressed", "image", ("texture",)),
    ("Rain on glass, 6 s", "video", ("overlay", "loop")),
    ("Light leak, warm", "video", ("overlay",)),
    ("Soft chime", "audio", ("sound", "ui")),
    ("Room tone, quiet", "audio", ("sound", "ambient")),
    ("Placeholder portrait", "image", ("placeholder",)),
    ("Placeholder landscape", "image", ("placeholder",)),
    ("Terms for creators", "document", ("legal",)),
    ("Watermark, light", "image", ("watermark",)),
    ("Countdown leader", "video", ("loop",)),
    ("Vinyl crackle", "audio", ("sound", "ambient")),
)
