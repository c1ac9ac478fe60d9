import { gzipSync } from 'node:zlib';
import { loadSnippet } from '../src/tracking/snippet/build.ts';

/** `npm run build:snippet`: what pages load, into dist/snippet. */
const { version, files } = await loadSnippet();
for (const [name, text] of Object.entries(files))
  console.log(`${version}/${name}  ${text.length} bytes, ${gzipSync(text).length} gzip`);
