/** What a start tells the template: plain values alone, cut to what a mail can show. Pure. */

const MAX_TEXT = 500;
const MAX_PROPERTIES = 50;
/** Mail programs make links of these: from whoever may say anything they do not come through. */
const ADDRESS = /:\/\/|www\.|@|\.[a-z]{2,10}\//i;

/** Texts, numbers, and truth values of an event. Of an event anybody could have sent, nothing that reads like an address. */
export function propertiesOf(
  properties: Readonly<Record<string, unknown>>,
  trust: 'public' | 'verified' | 'server',
): Record<string, string> {
  const told: [string, string][] = [];
  for (const [key, value] of Object.entries(properties)) {
    if (told.length === MAX_PROPERTIES) break;
    if (!['string', 'number', 'boolean'].includes(typeof value)) continue;
    const text = String(value).slice(0, MAX_TEXT).toWellFormed();
    if (trust === 'public' && ADDRESS.test(text)) continue;
    told.push([key, text]);
  }
  return Object.fromEntries(told);
}

/** When and, of what ends, for which day a message was started; kept with its variables, where no template can name it. */
export type Started = { at: Date; day: string | null };

export function startedOf(data: Readonly<Record<string, unknown>> | null): Started | null {
  const trigger = data?.['trigger'];
  if (typeof trigger !== 'object' || trigger === null || !('at' in trigger)) return null;
  const at = new Date(String(trigger.at));
  if (Number.isNaN(at.getTime())) return null;
  const day = data?.['day'];
  return { at, day: typeof day === 'string' ? day : null };
}
