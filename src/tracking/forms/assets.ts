import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files beside a form's pages, read once. */
const read = (name: string): string => readFileSync(join(import.meta.dirname, 'public', name), 'utf8');

export const STYLE = read('form.css');

const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** By the path they are asked for. */
export const ASSETS: ReadonlyArray<{ path: string; media: string; text: string; summary: string }> = [
  { path: '/f/form.css', media: CSS, text: STYLE, summary: 'Looks of the pages of forms' },
  {
    path: '/f/frame.js',
    media: SCRIPT,
    text: read('frame.js'),
    summary: 'In the frame: tells its height',
  },
  {
    path: '/f/embed.js',
    media: SCRIPT,
    text: read('embed.js'),
    summary: 'In the site: gives the frame its height',
  },
];
