// What the studio remembers on this device: small switches and figures, never text.
const PREFIX = "studio.";

export function recall(name, otherwise = null) {
  try {
    const value = JSON.parse(localStorage.getItem(PREFIX + name));
    return value ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage can be forbidden or full; what was chosen then lasts for this page.
  }
}
