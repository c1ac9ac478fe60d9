import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing } from '../support/browser.ts';
import { blocksOf, GUIDE, inPage } from './blocks.ts';
import type { Block } from './blocks.ts';
import { HTTP_CHECKS } from './checks.http.ts';
import { PAGE_CHECKS } from './checks.page.ts';
import type { At } from './seen.ts';
import { openGuide } from './world.ts';
import type { Guide } from './world.ts';

/** The guide's examples are run in its order, one after the other, and must do what its text says. */

const BLOCKS = blocksOf(GUIDE);
const RUN = BLOCKS.filter(({ how }) => how !== 'not run');
const CHECKS = { ...HTTP_CHECKS, ...PAGE_CHECKS };
const MAX_LINES = 256;

const noBrowser = await browserMissing();
const noPython = works('python3') ? undefined : 'no python3 here';

let guide: Guide;
beforeAll(async () => {
  const line = BLOCKS.find(({ name }) => name === 'line')?.code ?? '';
  guide = await openGuide(line, noBrowser === undefined);
});
afterAll(() => guide?.close());

function works(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function whyNot(block: Block): string | undefined {
  if (inPage(block)) return noBrowser;
  return block.lang === 'python' ? noPython : undefined;
}

async function visit(block: Block): Promise<Pick<At, 'page' | 'visitor'>> {
  const visitor = await guide.visitor();
  return { visitor, page: await guide.open(block, visitor) };
}

describe('the examples of the integration guide', () => {
  test('are few lines, and all are run but for those that say so', () => {
    expect(RUN.map(({ name }) => name).toSorted()).toEqual(Object.keys(CHECKS).toSorted());
    expect(BLOCKS.length - RUN.length).toBeLessThanOrEqual(2);
    expect(GUIDE.trimEnd().split('\n').length).toBeLessThanOrEqual(MAX_LINES);
  });

  for (const block of RUN) {
    const missing = whyNot(block);
    const title = missing === undefined ? block.name : `${block.name} (skipped: ${missing})`;
    test.skipIf(missing !== undefined)(title, async () => {
      // A check of a program asks for no page, and the other way round.
      const seen = inPage(block) ? await visit(block) : ({} as Pick<At, 'page' | 'visitor'>);
      const out = inPage(block) ? '' : await guide.run(block);
      if (block.answer !== undefined) expect(JSON.parse(out)).toEqual(block.answer);
      await CHECKS[block.name]?.({ guide, block, out, ...seen });
      await seen.visitor?.close();
    });
  }
});
