// The script of every page. Everything works without it; it saves round trips and keeps one's place.
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
import "./live.js";
import "./media.js";
import "./json.js";
import "./palette.js";
