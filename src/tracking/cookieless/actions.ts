import type { Ctx } from '../../core/ctx.ts';
import { newToken } from '../../core/ids.ts';
import { saltOfDay } from './store.ts';
import { asDayVisitor, asOwnVisitor, dayVisitorId, isCookieless, isForged } from './visitor.ts';
import type { Reader } from './visitor.ts';

const SALT_BYTES = 32;
const DATE_CHARS = 10;

let today: { day: string; salt: Promise<string> } | null = null;

/**
 * Events that ask to be counted without cookies get the id of their visitor of the day; all others stay as they are, unless they
 * give themselves such an id: then it becomes one of their own. To be
 * called with what a public sender sent, before it is judged.
 */
export async function nameDayVisitors(
  ctx: Ctx,
  reader: Reader,
  raws: readonly unknown[],
): Promise<readonly unknown[]> {
  if (!raws.some((raw) => isCookieless(raw) || isForged(raw))) return raws;
  const anonymousId = raws.some(isCookieless) ? dayVisitorId(await salt(ctx), reader) : '';
  return raws.map((raw) => {
    if (isCookieless(raw)) return asDayVisitor(raw, anonymousId);
    return isForged(raw) ? asOwnVisitor(raw) : raw;
  });
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
