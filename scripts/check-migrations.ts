import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../src/core/errors.ts';
import { addPartitioning, generate, MIGRATIONS, onCopy, sqlFiles } from './migrations.ts';

/**
 * `npm run db:check`: the migrations make exactly the tables of the schema.ts files. drizzle-kit finds nothing to
 * generate on a copy of them, and every partitioned table carries its clause.
 */
const problems: string[] = [];
try {
  onCopy((dir) => {
    for (const file of generate(dir, 'check', false)) {
      problems.push(`schema.ts and migrations differ by:\n${readFileSync(join(dir, file), 'utf8')}`);
    }
  });
} catch (error) {
  problems.push(messageOf(error));
}
for (const file of sqlFiles(MIGRATIONS)) {
  const sql = readFileSync(join(MIGRATIONS, file), 'utf8');
  if (addPartitioning(sql) !== sql)
    problems.push(`${file} lacks the PARTITION BY clause of a partitioned table`);
}
if (problems.length > 0) {
  console.error(problems.join('\n\n'));
  process.exit(1);
}
console.log('The migrations match every schema.ts.');
