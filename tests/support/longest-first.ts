import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** What takes minutes begins first, so that no worker is left alone with it at the end. The rest keeps its order. */
const LONG = [
  /e2e\/demo\./,
  /campaigns\/crash\./,
  /orders\/retail\./,
  /core\/embedded\./,
  /tests\/e2e\//,
  /tracking\/(fuzz|snippet|identity\.order|clients)/,
  /(api\/garbage|api\/ratelimit|contacts\/import-limits|docs\/integration)\./,
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = LONG.findIndex((pattern) => pattern.test(moduleId));
  return place === -1 ? LONG.length : place;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await BaseSequencer.prototype.sort.call(this, files);
    return usual.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
