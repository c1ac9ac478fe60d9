import { addLeafSchema } from './contract.rule.ts';
import type { LeafSchema } from './contract.rule.ts';
import { attributeType } from './leaves/attribute.ts';
import { behaviourType } from './leaves/behaviour.ts';
import { consentType } from './leaves/consent.ts';
import { eventType } from './leaves/event.ts';
import { purchaseType } from './leaves/purchase.ts';
import { rfmType } from './leaves/rfm.ts';
import { segmentType } from './leaves/segment.ts';
import { wantedType } from './leaves/wanted.ts';
import type { CatalogueField, LeafType } from './leaf.ts';

/** The types of leaves there are. Other modules add theirs at composition; the last registration of a type counts. */

type AnyLeaf = { type: string };

const types = new Map<string, LeafType<AnyLeaf>>(
  [attributeType, purchaseType, behaviourType, eventType, wantedType, consentType, rfmType, segmentType].map(
    (type) => [type.type, type as LeafType<AnyLeaf>],
  ),
);

/** Adds a leaf type. `schema` checks what comes from outside; its output is what the other functions get. */
export function registerLeaf<T extends AnyLeaf>(leaf: LeafType<T>, schema: LeafSchema<T>): void {
  addLeafSchema(schema);
  types.set(leaf.type, leaf);
}

/** Throws for a type no module registered: the rule's schema does not let one through. */
export function leafType(type: string): LeafType<AnyLeaf> {
  const found = types.get(type);
  if (found === undefined) throw new Error(`no leaf type "${type}"`);
  return found;
}

export function catalogueFields(): CatalogueField[] {
  return [...types.values()].flatMap((type) => type.fields());
}
