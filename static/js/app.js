// The script of every page. Everything works without it; it saves round trips and keeps one's place. What only
// one page needs is a script of its own (see build.mjs) and takes what it shares with this one from here.
import "./htmx.js";
import "./preferences.js";
import "./keys.js";
import "./disclosure.js";
import "./copy.js";
import "./toast.js";
import "./time.js";
import "./zone.js";
import "./forms.js";
import "./query.js";
import "./rows.js";
import "./select.js";
import "./members.js";
import "./icons.js";
import "./live.js";
import "./json.js";
import "./palette.js";

export { announce } from "./announce.js";
export { default as htmx } from "./htmx.js";
export { icon } from "./icon.js";
export { onKey } from "./keys.js";
export { isAwaited, SLOW } from "./media.js";
export { toast } from "./toast.js";
