import { z } from 'zod';

/** The query of every list; the same bounds as core/paging.ts, which a browser cannot import. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export type PageQuery = z.output<typeof pageQuery>;
