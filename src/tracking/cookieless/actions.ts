import type { Ctx } from '../../core/ctx.ts';
import { newToken } from '../../core/ids.ts';
import { saltOfDay } from './store.ts';
import { asDayVisitor, dayVisitorId, isCookieless } from './visitor.ts';
import type { Reader } from './visitor.ts';

const SALT_BYTES = 32;
const DATE_CHARS = 10;

let today: { day: string; salt: Promise<string> } | null = null;

/**
 * Events that ask to be counted without cookies get the id of their visitor of the day; all others stay as they are. To be
 * called with what a public sender sent, before it is judged.
 */
export async function nameDayVisitors(
  ctx: Ctx,
  reader: Reader,
  raws: readonly unknown[],
): Promise<readonly unknown[]> {
  if (!raws.some(isCookieless)) return raws;
  const anonymousId = dayVisitorId(await salt(ctx), reader);
  return raws.map((raw) => (isCookieless(raw) ? asDayVisitor(raw, anonymousId) : raw));
}

function salt(ctx: Ctx): Promise<string> {
  const day = ctx.clock.now().toISOString().slice(0, DATE_CHARS);
  if (today?.day !== day) {
    const asked = { day, salt: saltOfDay(ctx, day, newToken(SALT_BYTES)) };
    asked.salt.catch(() => {
      if (today === asked) today = null;
    });
    today = asked;
  }
  return today.salt;
}
