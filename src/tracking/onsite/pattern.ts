/** Whether a path fits a pattern in which `*` stands for any part; a trailing slash does not matter. Pure. */
export function fitsPath(pattern: string, path: string): boolean {
  const parts = bare(pattern).split('*');
  const text = bare(path);
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  // Each part in the middle as far left as it goes: linear, whatever is asked.
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

/** Browsers tell paths percent-encoded, people write them as they read them. */
function bare(encoded: string): string {
  const text = decoded(encoded);
  return text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text;
}

function decoded(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}
