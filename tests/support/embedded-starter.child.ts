import { ensureEmbedded } from '../../src/core/embedded.ts';

/** A process that starts the embedded database of the folder given, prints the outcome as JSON and stays. */
const dataDir = process.argv[2] ?? '';
const log = { info: () => {}, warn: () => {} };
process.stdout.write(JSON.stringify(await ensureEmbedded({ dataDir, log })) + '\n');
setInterval(() => {}, 60_000);
