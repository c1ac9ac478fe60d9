import { eq } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { Snippet } from './build.ts';
import { snippetRelease } from './schema.ts';

export async function rememberRelease(ctx: Ctx, { version, files }: Snippet): Promise<void> {
  await ctx.db
    .insert(snippetRelease)
    .values({ version, files, createdAt: ctx.clock.now() })
    .onConflictDoNothing();
}

export async function releasedFiles(ctx: Ctx, version: string): Promise<Snippet['files'] | null> {
  const [found] = await ctx.db.select().from(snippetRelease).where(eq(snippetRelease.version, version));
  return found?.files ?? null;
}
