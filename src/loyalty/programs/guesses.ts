import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import { giveBack, takeFrom } from '../../core/rate.ts';
import type { Buckets, Rate } from '../../core/rate.ts';

/**
 * Card numbers nobody has and codes nobody was sent, of one key or person: tills mistype now and then (most slips are found by the check
 * digit, and are none), a program tries thousands. Of a million cards in use it finds one in ten years at this rate.
 */
const WRONG: Rate = { burst: 20, perSecond: 2 / 60 };

const buckets: Buckets = new Map();

/**
 * `find`, unless whoever asks has guessed wrong too often: 429 `rate_limited`, for right ones too. Only wrong ones count, and guesses come
 * many at once: what each has found is told when nothing more is to be waited for, and nothing is told once the wrong ones are too many.
 * What `find` writes has to be undone by the refusal. In memory: what a transaction undoes stays counted.
 */
export async function guessed<T>(
  ctx: Ctx,
  find: () => Promise<T>,
  isRight: (found: T) => boolean,
): Promise<T> {
  const { kind, id } = ctx.actor;
  if (kind === 'system') return find();
  const key = `${kind}:${id}`;
  mustHaveLeft(ctx, key);
  const [outcome] = await Promise.allSettled([find()]);
  if (outcome.status === 'fulfilled' && !isRight(outcome.value)) takeOne(ctx, key);
  else mustHaveLeft(ctx, key);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

function mustHaveLeft(ctx: Ctx, key: string): void {
  takeOne(ctx, key);
  giveBack(buckets, key);
}

function takeOne(ctx: Ctx, key: string): void {
  const waitS = takeFrom(buckets, key, WRONG, ctx.clock.now().getTime());
  if (waitS > 0)
    throw new DomainError({
      code: 'rate_limited',
      status: 429,
      detail: 'Too many wrong cards or codes. Wait a moment and try again.',
      retryAfterS: waitS,
    });
}
