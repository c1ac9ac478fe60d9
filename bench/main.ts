/**
 * `npm run bench -- NAME [--json]`: one JSON object a line: {"name","metric","value","unit","limit","ratio"}. `limit` is what the
 * machine or a bare tool reached in the same run (or the target where nothing can be measured beside it), `ratio` = value / limit.
 */
export type Figure = { metric: string; value: number; unit: string; limit: number; ratio: number };
export type Bench = (emit: (figure: Figure) => void, note: (condition: string) => void) => Promise<void>;

const BENCHES: Readonly<Record<string, () => Promise<{ run: Bench }>>> = {
  start: () => import('./start.ts'),
  import: () => import('./import.ts'),
  ingest: () => import('./ingest.ts'),
  joins: () => import('./joins.ts'),
  segments: () => import('./segments.ts'),
  send: () => import('./send.ts'),
  recommend: () => import('./recommend.ts'),
  rfm: () => import('./rfm.ts'),
  loyalty: () => import('./loyalty.ts'),
  pricing: () => import('./pricing.ts'),
  console: () => import('./console.ts'),
};

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const json = args.includes('--json');
  const name = args.find((arg) => !arg.startsWith('--')) ?? '';
  const bench = BENCHES[name];
  if (bench === undefined) {
    console.error(`No bench "${name}". Benches: ${Object.keys(BENCHES).join(', ')}`);
    return 2;
  }
  const { run } = await bench();
  const emit = (figure: Figure): void => {
    const line = {
      name,
      ...figure,
      value: round(figure.value),
      limit: round(figure.limit),
      ratio: round(figure.ratio),
    };
    console.log(
      json
        ? JSON.stringify(line)
        : `${name} ${line.metric}: ${line.value} ${line.unit} (limit ${line.limit}, ratio ${line.ratio})`,
    );
  };
  // Conditions go to stderr: stdout is for the figures alone.
  await run(emit, (condition) => console.error(`${name}: ${condition}`));
  return 0;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

process.exitCode = await main();
