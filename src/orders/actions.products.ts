import type { Ctx } from '../core/ctx.ts';
import { createProducts, productIds } from './store.catalogue.ts';

/** Products by their code; unknown ones are made (with the name that came with them) unless `create` is false. */
export async function resolveProducts(
  ctx: Ctx,
  named: ReadonlyMap<string, string | null>,
  create: (code: string) => boolean,
): Promise<Map<string, string>> {
  const found = await productIds(ctx, [...named.keys()]);
  const missing = [...named].filter(([code]) => !found.has(code) && create(code));
  if (missing.length === 0) return found;
  await createProducts(
    ctx,
    missing.map(([code, name]) => ({ code, name: name ?? code })),
  );
  // Read back: somebody else may have made one of them at the same moment.
  return productIds(ctx, [...named.keys()]);
}
