// What the page needs of the browser and .NET cannot reach by itself.

export function getTheme() {
  return document.documentElement.dataset.theme ?? "system";
}

// A cookie, because the coordinator puts the theme into the page: it never flashes in the other one.
export function setTheme(theme) {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
    document.cookie = "theme=; path=/; max-age=0; samesite=lax";
  } else {
    document.documentElement.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  }
}

export function areKeysOn() {
  return localStorage.getItem("keys") !== "off";
}

export function setKeysOn(on) {
  localStorage.setItem("keys", on ? "on" : "off");
}

export async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Without TLS off loopback there is no clipboard to write to but this one.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function openDialog(dialog) {
  if (!dialog.open) {
    dialog.showModal();
  }
}

export function closeDialog(dialog) {
  dialog.close();
}

export function focusOn(selector) {
  document.querySelector(selector)?.focus();
}

// Keys pressed outside of fields and dialogs, and the moments when a connection may have died unnoticed.
export function listen(page) {
  const onKey = event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !areKeysOn()) return;
    const target = event.target;
    if (target.closest("dialog[open]")) return;
    if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) {
      if (event.key === "Escape") target.blur();
      else if (!(target.type === "checkbox" && event.key.length === 1 && event.key !== " ")) return;
    }
    // Enter and space belong to what has the focus, except on a row of a list.
    if ((event.key === "Enter" || event.key === " ") && target.closest("a, button, summary, input")) return;
    if (event.key === "/") event.preventDefault();
    page.invokeMethodAsync("PressKey", event.key);
  };
  const onWake = () => {
    if (document.visibilityState === "visible") page.invokeMethodAsync("WakeUp");
  };
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", onWake);
  window.addEventListener("online", onWake);
  window.addEventListener("pageshow", onWake);
}
