/** PostgreSQL's word for statements behind one that failed: the one before them says why. */
const BEHIND_A_FAILURE = '25P02';

/**
 * The results of all of them, at once; also when one fails, the others are waited for: in a transaction nothing may run on when it
 * ends. Statements of one connection go out together instead of waiting for each other's answers.
 */
export async function settled<T extends readonly unknown[]>(work: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const failed = (await Promise.allSettled(work)).filter((result) => result.status === 'rejected');
  const first = failed.find(({ reason }) => !isBehind(reason)) ?? failed[0];
  if (first !== undefined) throw first.reason;
  return Promise.all(work) as Promise<unknown> as Promise<T>;
}

function isBehind(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { cause } = error;
  return [error, cause].some(
    (one) => typeof one === 'object' && one !== null && 'code' in one && one.code === BEHIND_A_FAILURE,
  );
}
