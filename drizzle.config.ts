import { defineConfig } from 'drizzle-kit';

/**
 * Every module keeps its tables in its own schema.ts, a part of one in its folder too. Use `npm run db:generate`: it also adds the
 * partitioning.
 */
export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/*/schema.ts', './src/*/*/schema.ts'],
  // The scripts generate into a temporary folder first.
  out: process.env['MIGRATIONS_OUT'] ?? './migrations',
});
