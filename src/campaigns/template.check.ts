import Handlebars from 'handlebars';
import { messageOf } from '../core/errors.ts';
import { argumentProblem, formsProblem } from './template.arguments.ts';
import type { Argument, Given } from './template.arguments.ts';
import { ROOT, resolvePath } from './template.resolve.ts';
import type { Resolved, Scope } from './template.resolve.ts';
import { BLOCKS, HELPERS } from './template.variables.ts';
import type { Fields } from './template.variables.ts';

/** One fault of a source: where it stands and which variable or helper it is about. */
export type Fault = { line: number; code: string; name: string | null; message: string };

export type Checked = {
  faults: Fault[];
  /** Declared variables it names, from the root. */
  variables: Set<string>;
  /** It reads the coupon where nobody has asked whether there is one. */
  needsCoupon: boolean;
};

/** So many faults tell an author enough. */
const MAX_FAULTS = 20;
/** Handlebars reads deeply nested blocks in quadratic time, and no mail needs them. */
const MAX_DEPTH = 40;
/** Long before this a template is nothing anybody could read. */
const MAX_TAGS = 3_000;
/** Longer tags hold nothing but nested calls. */
const LONG_TAG = /\{\{[^{}]{500}/;
/** Attributes whose values may hold variables; a link variable must be the whole of an href. */
const OPEN_ATTRIBUTES = new Set(['href', 'src', 'alt', 'title', 'aria-label']);
/** As much of the preceding text as an open tag can reasonably have. */
const TAIL_CHARS = 2_000;

type State = Checked & {
  scopes: Scope[];
  guards: string[];
  tail: string;
  markup: boolean;
  oneLine: boolean;
  locale: string | null;
};

/** `oneLine`: no blocks, as in a subject. `locale`: of its words. */
export type About = { oneLine?: boolean; locale?: string };

/**
 * Reads a Handlebars source without running it. `markup`: it is HTML or MJML (links are checked), else plain text.
 * `own`: variables it has beside everybody's. Unknown variables and helpers, unescaped output, partials and values that may be empty without a default are faults.
 */
export function checkSource(
  source: string,
  markup: boolean,
  own: Fields = {},
  { oneLine = false, locale }: About = {},
): Checked {
  const state: State = {
    faults: [],
    variables: new Set(),
    needsCoupon: false,
    scopes: [{ ...ROOT, fields: { ...ROOT.fields, ...own } }],
    guards: [],
    tail: '',
    markup,
    oneLine,
    locale: locale ?? null,
  };
  const tooMuch = sizeFault(source);
  if (tooMuch !== undefined) return { ...state, faults: [tooMuch] };
  try {
    walkProgram(state, Handlebars.parse(source));
  } catch (error) {
    state.faults.push(parseFault(error));
  }
  return state;
}

/** Counts tags and how deep blocks nest, before the parser sees the source. A chain of "else if" nests as well. */
function sizeFault(source: string): Fault | undefined {
  const long = LONG_TAG.exec(source);
  if (long !== null)
    return {
      line: source.slice(0, long.index).split('\n').length,
      code: 'template_too_long',
      name: null,
      message: 'a tag of more than 500 characters',
    };
  let depth = 0;
  let tags = 0;
  for (const { index, 1: mark } of source.matchAll(/\{\{\{{0,2}~?\s*([#^/]|else\s+\S)?/g)) {
    tags += 1;
    depth += mark === undefined ? 0 : mark === '/' ? -1 : 1;
    if (depth <= MAX_DEPTH && tags <= MAX_TAGS) continue;
    const line = source.slice(0, index).split('\n').length;
    return depth > MAX_DEPTH
      ? { line, code: 'template_too_deep', name: null, message: `blocks are nested deeper than ${MAX_DEPTH}` }
      : {
          line,
          code: 'template_too_long',
          name: null,
          message: `more than ${MAX_TAGS} variables and blocks`,
        };
  }
  return undefined;
}

function parseFault(error: unknown): Fault {
  const text = messageOf(error);
  const line = Number(/line (\d+)/i.exec(text)?.[1] ?? /- (\d+):\d+/.exec(text)?.[1] ?? 1);
  const what = text.split('\n')[0]?.replace(/:$/, '') ?? text;
  return { line, code: 'template_syntax', name: null, message: what.slice(0, 300) };
}

function fault(state: State, node: hbs.AST.Node, code: string, name: string | null, message: string): void {
  if (state.faults.length < MAX_FAULTS) state.faults.push({ line: node.loc.start.line, code, name, message });
}

function walkProgram(state: State, program: hbs.AST.Program | undefined): void {
  const body = program?.body ?? [];
  for (const [i, statement] of body.entries()) {
    const next = body[i + 1];
    walkStatement(state, statement, isContent(next) ? next.value : '');
  }
}

const isContent = (node: hbs.AST.Statement | undefined): node is hbs.AST.ContentStatement =>
  node?.type === 'ContentStatement';

function walkStatement(state: State, node: hbs.AST.Statement, following: string): void {
  switch (node.type) {
    case 'ContentStatement':
      state.tail = (state.tail + (node as hbs.AST.ContentStatement).value).slice(-TAIL_CHARS);
      return;
    case 'CommentStatement':
      return;
    case 'MustacheStatement':
      walkMustache(state, node as hbs.AST.MustacheStatement, following);
      state.tail = `${state.tail}x`.slice(-TAIL_CHARS);
      return;
    case 'BlockStatement':
      walkBlock(state, node as hbs.AST.BlockStatement);
      return;
    default:
      fault(state, node, 'template_unsupported', null, 'partials and decorators are not available');
  }
}

function walkMustache(state: State, node: hbs.AST.MustacheStatement, following: string): void {
  if (!node.escaped)
    fault(state, node, 'template_unescaped', null, 'output is always escaped: use two braces, not three');
  const variable = walkCall(state, node);
  if (state.markup) checkPlace(state, node, variable, following);
}

/** A variable or a helper with its arguments; gives what a plain variable stands for. */
function walkCall(
  state: State,
  node: hbs.AST.MustacheStatement | hbs.AST.SubExpression,
): Resolved | undefined {
  if (node.path.type !== 'PathExpression') {
    fault(state, node, 'template_unsupported', null, 'a variable or a helper is expected here');
    return undefined;
  }
  if ((node.hash?.pairs ?? []).length > 0)
    fault(state, node, 'template_unsupported', null, 'named arguments are not available');
  const path = node.path as hbs.AST.PathExpression;
  const isHelper = Object.hasOwn(HELPERS, path.original);
  if (!isHelper && node.params.length === 0 && node.type === 'MustacheStatement')
    return walkVariable(state, path);
  walkHelper(state, node, path.original);
  return undefined;
}

function walkHelper(
  state: State,
  node: hbs.AST.MustacheStatement | hbs.AST.SubExpression,
  name: string,
): void {
  const helper = Object.hasOwn(HELPERS, name) ? HELPERS[name] : undefined;
  if (helper === undefined) {
    const known = Object.keys(HELPERS).join(', ');
    fault(state, node, 'template_unknown_helper', name, `unknown helper ${name}; there are ${known}`);
    return;
  }
  const { takes, optional = 0 } = helper;
  const most = takes.length;
  if (helper.forms === true) checkForms(state, node, name);
  else if (node.params.length < most - optional || node.params.length > most)
    fault(state, node, 'template_arguments', name, `${name} is used so: ${helper.example}`);
  if (helper.block === true && (state.oneLine || (state.markup && inTag(state.tail))))
    fault(state, node, 'template_place', name, `${name} makes a block: it cannot stand here`);
  for (const [i, param] of node.params.entries())
    walkArgument(state, param, {
      name,
      wanted: takes[i] ?? 'any',
      emptyAllowed: name === 'default' && i === 0,
    });
}

/** A word has as many forms as the language; where that is not known, two or three. */
function checkForms(
  state: State,
  node: hbs.AST.MustacheStatement | hbs.AST.SubExpression,
  name: string,
): void {
  const forms = node.params.length - 1;
  const problem =
    forms < 2 || forms > 3
      ? 'a number and the forms of a word are expected'
      : state.locale === null
        ? undefined
        : formsProblem(state.locale, forms);
  if (problem !== undefined) fault(state, node, 'template_arguments', name, `${name}: ${problem}`);
}

function walkArgument(
  state: State,
  param: hbs.AST.Expression,
  { name, wanted, emptyAllowed }: { name: string; wanted: Argument; emptyAllowed: boolean },
): void {
  if (param.type === 'SubExpression') {
    walkCall(state, param as hbs.AST.SubExpression);
    if (WHOLE.has(wanted))
      fault(state, param, 'template_arguments', name, `${name} takes a variable, not what a helper makes`);
    return;
  }
  let given: Given = { literal: 'value' in param ? param.value : undefined };
  if (param.type === 'PathExpression') {
    const path = param as hbs.AST.PathExpression;
    const found = WHOLE.has(wanted) ? walkWhole(state, path) : walkVariable(state, path, emptyAllowed);
    // What it names is wrong by itself: that is said already.
    if (!found.ok) return;
    given = { variable: found.variable, name: found.name };
  }
  const problem = argumentProblem(wanted, given);
  if (problem !== undefined) fault(state, param, 'template_arguments', name, `${name}: ${problem}`);
}

/** Arguments that are no single value. */
const WHOLE: ReadonlySet<Argument> = new Set(['products', 'coupon', 'standing']);

/** A list or an object handed to a helper as it is. */
function walkWhole(state: State, path: hbs.AST.PathExpression): Resolved {
  const found = lookUp(state, path);
  if (!found.ok) return found;
  const empty = unguarded(state, found)[0];
  if (empty !== undefined) mayBeEmpty(state, path, found.name, empty, true);
  return found;
}

function walkVariable(state: State, path: hbs.AST.PathExpression, emptyAllowed = false): Resolved {
  const found = lookUp(state, path);
  if (!found.ok) return found;
  if (found.variable.kind !== 'value' && found.variable.kind !== 'link')
    fault(state, path, 'template_not_a_value', found.name, `${found.name} is no single value`);
  const empty = unguarded(state, found).filter((name) => !(emptyAllowed && name === found.name));
  if (empty.length > 0) mayBeEmpty(state, path, found.name, empty[0] ?? found.name);
  return found;
}

function lookUp(state: State, path: hbs.AST.PathExpression): Resolved {
  const found = resolvePath(path, state.scopes);
  if (found.ok) state.variables.add(found.name);
  else fault(state, path, 'template_unknown_variable', found.name, found.message);
  return found;
}

/** The possibly empty steps of a path that no block around has asked for. A missing coupon is a matter of the campaign. */
function unguarded(state: State, found: Extract<Resolved, { ok: true }>): string[] {
  const open = found.empties.filter((name) => !state.guards.includes(name));
  if (open.includes('coupon')) state.needsCoupon = true;
  return open.filter((name) => name !== 'coupon');
}

function mayBeEmpty(state: State, node: hbs.AST.Node, name: string, empty: string, whole = false): void {
  const cure =
    empty === name && !whole
      ? `write {{default ${name} "…"}} or put it into {{#if ${name}}}`
      : `put it into {{#if ${empty}}}`;
  fault(state, node, 'template_may_be_empty', name, `${empty} may be empty: ${cure}`);
}

function walkBlock(state: State, node: hbs.AST.BlockStatement): void {
  const name = node.path.original;
  const [param, ...more] = node.params;
  if (!BLOCKS.includes(name)) {
    fault(
      state,
      node,
      'template_unknown_helper',
      name,
      `unknown block ${name}; there are ${BLOCKS.join(', ')}`,
    );
    return;
  }
  const named = (node.program?.blockParams ?? []).length > 0 || (node.hash?.pairs ?? []).length > 0;
  if (param === undefined || param.type !== 'PathExpression' || more.length > 0 || named) {
    fault(state, node, 'template_arguments', name, `${name} takes one variable`);
    return;
  }
  const found = lookUp(state, param as hbs.AST.PathExpression);
  if (!found.ok) return;
  const deeper = unguarded(state, {
    ...found,
    empties: found.empties.filter((empty) => empty !== found.name),
  });
  if (deeper.length > 0) mayBeEmpty(state, param, found.name, deeper[0] ?? found.name);
  if (name === 'each') walkEach(state, node, found);
  else {
    guarded(state, found.name, name === 'if' ? node.program : node.inverse);
    walkProgram(state, name === 'if' ? node.inverse : node.program);
  }
}

function walkEach(state: State, node: hbs.AST.BlockStatement, found: Extract<Resolved, { ok: true }>): void {
  if (found.variable.kind !== 'list') {
    fault(state, node, 'template_not_a_list', found.name, `${found.name} is no list`);
    return;
  }
  state.scopes.push({ name: `${found.name}[]`, fields: found.variable.item });
  walkProgram(state, node.program);
  state.scopes.pop();
  walkProgram(state, node.inverse);
}

function guarded(state: State, name: string, program: hbs.AST.Program | undefined): void {
  state.guards.push(name);
  walkProgram(state, program);
  state.guards.pop();
}

const inTag = (tail: string): boolean => /<[a-z][^<>]*$/i.test(tail);

/** A variable inside a tag: only in harmless attributes, and an href is one link variable and nothing else. */
function checkPlace(
  state: State,
  node: hbs.AST.MustacheStatement,
  variable: Resolved | undefined,
  following: string,
): void {
  const open = /<[a-z][^<>]*\s([a-z-]+)\s*=\s*(["'])([^"'<>]*)$/i.exec(state.tail);
  if (open === null) {
    if (inTag(state.tail))
      fault(state, node, 'template_place', null, 'a variable cannot stand here inside a tag');
    return;
  }
  const [, attribute = '', quote = '', before = ''] = open;
  if (!OPEN_ATTRIBUTES.has(attribute.toLowerCase())) {
    fault(state, node, 'template_place', null, `a variable cannot stand in the attribute ${attribute}`);
  } else if (attribute.toLowerCase() === 'href') {
    const whole = before === '' && following.startsWith(quote);
    const isLink = variable?.ok === true && variable.variable.kind === 'link';
    if (!whole || !isLink)
      fault(
        state,
        node,
        'template_link',
        null,
        'an href is a fixed address or one link such as {{links.main}}',
      );
  }
}
