import { z } from 'zod';

/** What a site developer puts into a page for one source. */
export const snippetView = z
  .object({
    /** Where pages, servers and other clients send to: the one address of all samples. */
    host: z.url(),
    /** The one line: this version for good, its content checked by the browser. */
    html: z.string(),
    /** The same without a version: always the newest, unchecked. */
    latestHtml: z.string(),
    url: z.url(),
    /** Subresource integrity: sha384 of what `url` gives. */
    integrity: z.string(),
    version: z.string(),
    /** Optional, before the line: lets the page call `otklik(…)` before the file has arrived. */
    inlineLoader: z.string(),
    /** What a site that wants web push serves at its own /otklik-sw.js. */
    serviceWorker: z.string(),
  })
  .meta({ id: 'Snippet' });
export type SnippetView = z.infer<typeof snippetView>;
