import { renderSVG } from 'uqr';
import { markup, rawHtml } from '../../core/html.ts';
import type { Html } from '../../core/html.ts';

/** Modules of white around it, as scanners need. */
const BORDER = 4;

/**
 * A QR code as part of the page: black on white whatever the colours around it. `ecc` Q for what tills scan from screens with
 * scratches; M keeps longer texts small.
 */
export function qr(text: string, label: string, ecc: 'M' | 'Q' = 'M'): Html {
  const svg = renderSVG(text, { ecc, border: BORDER });
  return markup`<span class="qr" role="img" aria-label="${label}">${rawHtml(svg.replace('<svg ', '<svg aria-hidden="true" focusable="false" '))}</span>`;
}
