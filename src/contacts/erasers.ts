import type { Ctx } from '../core/ctx.ts';

/**
 * What a module does when contacts are to be forgotten for good: visitors after their term, and whoever asks to be erased. All
 * calls are about a bounded number of contacts at once, inside the transaction that removes the contacts themselves.
 */
export type Eraser = {
  name: string;
  /** Tables with a contact_id that it clears; together the erasers cover every one there is. */
  tables: readonly string[];
  /** Those of these contacts whom the module still needs: a term does not forget them (a person's own wish does). */
  keep?(ctx: Ctx, contactIds: readonly string[]): Promise<string[]>;
  /** Afterwards no row of the module names one of these contacts; what money needs stays under nobody's name. */
  erase(ctx: Ctx, contactIds: readonly string[]): Promise<void>;
};

const registered = new Map<string, Eraser>();

/** Adds an eraser; a second one of the same name replaces the first. */
export function registerEraser(eraser: Eraser): void {
  registered.set(eraser.name, eraser);
}

/** Those who build upon others first: what they clear is found through rows of those they build upon. */
export function erasers(): Eraser[] {
  return [...registered.values()].toReversed();
}
