/**
 * `node scripts/run.mjs FILE args…`: runs a program file with the flags and environment it needs. Plain JavaScript,
 * so that an older Node can still say what is wrong.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const NEEDED = [24, 21];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `Otklik needs Node ${NEEDED.join('.')} or newer; this is ${process.version}.\n` +
      'Start it with "npm run otklik -- …": npm then uses the Node that "npm ci" put into node_modules.',
  );
  process.exit(1);
}

// Requests that wait for their commit outlive a small young generation and are collected at the price of old ones: that took a
// quarter of the time of many small requests. What works alone keeps it small, and half the memory.
// V8 would let the old one grow to four times what lives in it before it collects; twice holds a long import under 300 MB.
// The queue library's migrations make its driver warn of an old habit at every start.
const SERVING = new Set(['all', 'api', 'demo', undefined]);
const [file, role] = process.argv.slice(2);
const serves = file === 'src/main.ts' && SERVING.has(role);
const args = [
  `--max-semi-space-size=${serves ? 16 : 2}`,
  '--heap-growing-percent=100',
  '--disable-warning=DeprecationWarning',
  ...process.argv.slice(2),
];
const env = {
  ...process.env,
  // All time arithmetic is UTC; time zones are data.
  TZ: 'UTC',
  // Compiled code is kept between starts: they take half the time.
  NODE_COMPILE_CACHE:
    process.env.NODE_COMPILE_CACHE ??
    fileURLToPath(new URL('../node_modules/.cache/otklik/compile', import.meta.url)),
};

if (process.platform !== 'win32' && typeof process.execve === 'function') {
  // The program takes the place of this process: no second Node in memory, signals and the exit code are its own.
  process.execve(process.execPath, [process.execPath, ...args], env);
}
const child = spawn(process.execPath, args, { stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
