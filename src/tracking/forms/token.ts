import { randomBytes } from 'node:crypto';
import { idFrom } from '../../core/ids.ts';
import { createSigner } from '../../core/sign.ts';
import type { Signer } from '../../core/sign.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { FORM_LOCALES } from './contract.ts';
import type { FormLocale } from './contract.ts';

/**
 * Tokens of forms. One is in every page: which form at which version in which language was shown, and when; it makes one submission.
 * The other is in the mail that asks for a confirmation.
 */
export const SHOWN = ['hosted', 'embed', 'site'] as const;
export type Shown = (typeof SHOWN)[number];

export type Fill = { formId: string; version: number; locale: FormLocale; shown: Shown; issuedAt: Date };
export type ReadFill =
  | { ok: true; fill: Fill; submissionId: string }
  | { ok: false; why: 'forged' | 'expired' };
export type SubmissionRef = { formId: string; submissionId: string };

/** A page left open over a weekend still works. */
const FILL_DAYS = 3;
/** How long the link of the mail works. */
export const CONFIRM_DAYS = 7;
const NONCE_BYTES = 9;
const ID_BYTES = 16;
const FILL_BYTES = ID_BYTES + 4 + 6 + 2 + NONCE_BYTES;

export type FormTokens = {
  issue(what: Fill): string;
  readFill(token: string, now: Date): ReadFill;
  confirm(ref: SubmissionRef, now: Date): string;
  readConfirm(
    token: string,
    now: Date,
  ): { ok: true; ref: SubmissionRef } | { ok: false; why: 'forged' | 'expired' };
};

const made = new Map<string, FormTokens>();

/** Tokens of the installation with this secret. */
export function formTokens(secret: string): FormTokens {
  const known = made.get(secret);
  if (known !== undefined) return known;
  const tokens = makeTokens(secret);
  made.set(secret, tokens);
  return tokens;
}

function makeTokens(secret: string): FormTokens {
  const fills = createSigner(secret, 'forms/fill');
  const confirms = createSigner(secret, 'forms/confirm');
  return {
    issue: (what) => fills.sign(packFill(what), addMs(what.issuedAt, FILL_DAYS * DAY_MS)),
    readFill: (token, now) => readFill(fills, token, now),
    confirm: ({ formId, submissionId }, now) =>
      confirms.sign(
        Buffer.concat([bytesOf(formId), bytesOf(submissionId)]),
        addMs(now, CONFIRM_DAYS * DAY_MS),
      ),
    readConfirm: (token, now) => {
      const read = confirms.verify(token, now);
      if (!read.ok) return read;
      if (read.payload.length !== 2 * ID_BYTES) return { ok: false, why: 'forged' };
      return {
        ok: true,
        ref: { formId: uuidAt(read.payload, 0), submissionId: uuidAt(read.payload, ID_BYTES) },
      };
    },
  };
}

function packFill({ formId, version, locale, shown, issuedAt }: Fill): Buffer {
  const bytes = Buffer.alloc(FILL_BYTES);
  bytesOf(formId).copy(bytes, 0);
  bytes.writeUInt32BE(version, ID_BYTES);
  bytes.writeUIntBE(issuedAt.getTime(), ID_BYTES + 4, 6);
  bytes.writeUInt8(FORM_LOCALES.indexOf(locale), ID_BYTES + 10);
  bytes.writeUInt8(SHOWN.indexOf(shown), ID_BYTES + 11);
  randomBytes(NONCE_BYTES).copy(bytes, ID_BYTES + 12);
  return bytes;
}

function readFill(fills: Signer, token: string, now: Date): ReadFill {
  const read = fills.verify(token, now);
  if (!read.ok) return read;
  const { payload } = read;
  if (payload.length !== FILL_BYTES) return { ok: false, why: 'forged' };
  const locale = FORM_LOCALES[payload.readUInt8(ID_BYTES + 10)];
  const shown = SHOWN[payload.readUInt8(ID_BYTES + 11)];
  if (locale === undefined || shown === undefined) return { ok: false, why: 'forged' };
  const fill: Fill = {
    formId: uuidAt(payload, 0),
    version: payload.readUInt32BE(ID_BYTES),
    issuedAt: new Date(payload.readUIntBE(ID_BYTES + 4, 6)),
    locale,
    shown,
  };
  return { ok: true, fill, submissionId: idFrom(`form submission ${payload.toString('hex')}`) };
}

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

function uuidAt(bytes: Buffer, from: number): string {
  const hex = bytes.toString('hex', from, from + ID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
