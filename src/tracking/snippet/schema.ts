import { jsonb, pgTable, text } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';
import type { Snippet } from './build.ts';

/** Snippets whose versioned address stands in somebody's page: it must give the same file after every upgrade. */
export const snippetRelease = pgTable('snippet_release', {
  version: text('version').primaryKey(),
  files: jsonb('files').$type<Snippet['files']>().notNull(),
  createdAt: instant('created_at').notNull(),
});
