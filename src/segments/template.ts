import { z } from 'zod';
import type { TemplateGroup, TemplateParameter, TemplateValues } from './contract.templates.ts';
import type { Language } from './leaf.ts';

/** What a ready-made segment is made of. */

export type Words = Record<Language, string>;

/** What a rule may have to know of the installation and of today's facts. */
export type TemplateEnv = {
  /** The shop's zone. */
  zone: string;
  baseCurrency: string;
  /** The amount (minor units) from which somebody is among the top so many per cent of buyers; throws when nobody has bought. */
  topRevenue(percent: number): Promise<number>;
};

/** Values of all parameters, checked. */
export type Chosen = { number(key: string): number; text(key: string): string; ids(key: string): string[] };

export type Template = About & (Plain | Figured);

type About = {
  id: string;
  group: TemplateGroup;
  name: Words;
  description: Words;
  parameters: readonly TemplateParameter[];
};
/** The rule as it would be posted. */
type Plain = { rule(chosen: Chosen, env: TemplateEnv): object };
/** The same with figures of today in it, and a note that tells them. */
type Figured = { figured(chosen: Chosen, env: TemplateEnv): Promise<{ rule: object; note: Words }> };

const MAX_IDS = 100;

function schemaOf(parameter: TemplateParameter): z.ZodType {
  switch (parameter.type) {
    case 'number':
      return z.number().int().min(parameter.min).max(parameter.max).default(parameter.default);
    case 'choice':
      return z.enum(parameter.options.map((one) => one.value)).default(parameter.default);
    case 'ids':
      return z.array(z.string().min(1).max(500)).max(MAX_IDS).default(parameter.default);
    case 'text':
    default:
      return z.string().min(1).max(500).default(parameter.default);
  }
}

/** Checks what was chosen; gives zod's issues when something is wrong. */
export function readChoice(template: Template, values: TemplateValues) {
  const shape = Object.fromEntries(template.parameters.map((one) => [one.key, schemaOf(one)]));
  return z.strictObject(shape).safeParse(values);
}

export function chosenOf(values: Record<string, unknown>): Chosen {
  return {
    number: (key) => Number(values[key]),
    text: (key) => String(values[key]),
    ids: (key) => (Array.isArray(values[key]) ? values[key].map(String) : []),
  };
}
