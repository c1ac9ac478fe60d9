import mjml2html from 'mjml';
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../core/errors.ts';
import type { MjmlRequest, MjmlResult } from './template.mjml.ts';

/** The thread behind `mjmlToHtml`: one source in, its HTML or its faults out. */

type MjmlError = { line: number; message: string };

parentPort?.on('message', (request: MjmlRequest) => {
  void compile(request).then((result) => parentPort?.postMessage(result));
});

async function compile({ id, mjml }: MjmlRequest): Promise<MjmlResult> {
  try {
    const { html } = await mjml2html(mjml, { validationLevel: 'strict', keepComments: false, fonts: {} });
    return { id, html };
  } catch (error) {
    const found =
      error instanceof Error && 'errors' in error && Array.isArray(error.errors)
        ? (error.errors as MjmlError[])
        : [];
    const errors = found.map(({ line, message }) => ({ line, message }));
    return {
      id,
      errors: errors.length > 0 ? errors : [{ line: 1, message: messageOf(error).slice(0, 300) }],
    };
  }
}
