// Keeps "3 min ago" true while the page stays open, and adds the local time to the hint. The wording is that of
// `ago` in delula/web/display.py.
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function ago(then, now) {
  const seconds = (now - then) / 1000;
  const distance = Math.abs(seconds);
  let text;
  if (distance < 10) return "just now";
  if (distance < 60) text = `${Math.floor(distance)} s`;
  else if (distance < 3600) text = `${Math.floor(distance / 60)} min`;
  else if (distance < 86400) text = `${Math.floor(distance / 3600)} h`;
  else if (distance < 7 * 86400) text = `${Math.floor(distance / 86400)} d`;
  else {
    const day = `${then.getUTCDate()} ${months[then.getUTCMonth()]}`;
    return then.getUTCFullYear() === now.getUTCFullYear() ? day : `${day} ${then.getUTCFullYear()}`;
  }
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

function refresh() {
  if (document.hidden) return;
  const now = new Date();
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const text = ago(new Date(time.dateTime), now);
    if (time.textContent !== text) time.textContent = text;
  }
}

setInterval(refresh, 20_000);
document.addEventListener("visibilitychange", refresh);

const local = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
document.addEventListener("pointerover", ({ target }) => {
  const time = target.closest?.("time[datetime]");
  if (!time || time.dataset.local) return;
  time.dataset.local = "done";
  time.title = `${local.format(new Date(time.dateTime))} your time\n${time.title}`;
});
