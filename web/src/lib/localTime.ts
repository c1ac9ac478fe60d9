const DAY_MS = 86_400_000;
const MORNING_H = 10;

const two = (value: number): string => String(value).padStart(2, '0');

/** A moment as the value of `<input type="datetime-local">`, in the reader's zone. */
export function toLocalInput(at: Date): string {
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What such a field holds as an instant, ISO 8601 UTC. Empty text stays empty: the API says it is needed. */
export function fromLocalInput(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

/** The morning of the day `days` from now. */
export function inDays(days: number): Date {
  const at = new Date(Date.now() + days * DAY_MS);
  at.setHours(MORNING_H, 0, 0, 0);
  return at;
}
