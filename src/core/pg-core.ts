/** drizzle's tables and columns, through this one file for the reason told in `sql.ts`. */
export * from 'drizzle-orm/pg-core';
