/**
 * drizzle's names, through this one file: the package's own description is 180 kB long, and Node reads all of it for every import
 * that names the package, which took a third of a start.
 */
export * from 'drizzle-orm';
