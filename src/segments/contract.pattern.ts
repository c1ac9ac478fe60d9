/**
 * Which regular expressions a rule may use: the part that JavaScript and PostgreSQL read alike and that cannot take long.
 * Refused are back-references, look-around, and repeated groups that repeat inside.
 */

/** Longer patterns are lists in disguise; also bounds what PostgreSQL compiles. */
const MAX_PATTERN = 100;
/** `{n,m}` is unrolled n to m times. */
const MAX_REPEAT = 50;

const CLASS_ESCAPES = 'dws';
const ESCAPES = 'dwsDWS';
const PUNCTUATION = /[^\p{L}\p{N}\s]/u;

type State = { text: string; at: number };

/** What is wrong with the pattern, in a sentence; undefined when nothing is. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'the pattern is empty';
  if (pattern.length > MAX_PATTERN) return `a pattern has at most ${MAX_PATTERN} characters`;
  if (pattern.includes('\0') || !pattern.isWellFormed()) return 'has characters that cannot be stored';
  const state: State = { text: pattern, at: 0 };
  try {
    alternatives(state, 0);
    if (state.at < pattern.length) fail(state, 'a closing bracket without an opening one');
    return undefined;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}

class PatternError extends Error {}

function fail(state: State, what: string): never {
  throw new PatternError(`${what} at character ${state.at + 1}`);
}

/** Groups nest at most this deep: each is a call of ours and of PostgreSQL's parser. */
const MAX_GROUPS = 10;

/** Reads to the end or to the closing bracket; tells whether anything in it is repeated. */
function alternatives(state: State, depth: number): boolean {
  if (depth > MAX_GROUPS) fail(state, 'groups nest too deep');
  let repeats = false;
  let empty = true;
  while (state.at < state.text.length && state.text[state.at] !== ')') {
    if (state.text[state.at] === '|') {
      if (empty) fail(state, 'an empty alternative');
      empty = true;
      state.at++;
      continue;
    }
    repeats = piece(state, depth) || repeats;
    empty = false;
  }
  if (empty) fail(state, 'an empty alternative');
  return repeats;
}

/** One atom with its quantifier. */
function piece(state: State, depth: number): boolean {
  const anchor = '^$'.includes(state.text[state.at] ?? '');
  const inner = atom(state, depth);
  if (!quantifier(state)) return inner;
  if (anchor) fail(state, 'an anchor cannot be repeated');
  if (inner) fail(state, 'a repeated group must not repeat inside');
  return true;
}

function atom(state: State, depth: number): boolean {
  const char = state.text[state.at] ?? '';
  if (char === '(') return group(state, depth);
  if (char === '[') {
    bracket(state);
  } else if (char === '\\') {
    escape(state, ESCAPES);
  } else if ('*+?{'.includes(char)) {
    fail(state, 'a repetition of nothing');
  } else {
    state.at += String.fromCodePoint(state.text.codePointAt(state.at) ?? 0).length;
  }
  return false;
}

function group(state: State, depth: number): boolean {
  state.at++;
  if (state.text[state.at] === '?') fail(state, 'groups take no options');
  const repeats = alternatives(state, depth + 1);
  if (state.text[state.at] !== ')') fail(state, 'a bracket is not closed');
  state.at++;
  return repeats;
}

/** Moves past an escape; gives the character it stands for, or undefined for a class such as \d. */
function escape(state: State, classes: string): string | undefined {
  const next = state.text[state.at + 1] ?? '';
  if (next !== '' && classes.includes(next)) {
    state.at += 2;
    return undefined;
  }
  if (!PUNCTUATION.test(next))
    fail(state, `only \\${classes.split('').join(' \\')} and escaped signs are known`);
  state.at += 2;
  return next;
}

function bracket(state: State): void {
  state.at++;
  if (state.text[state.at] === '^') state.at++;
  let items = 0;
  while (state.text[state.at] !== ']') {
    const from = member(state);
    if (state.text[state.at] === '-' && state.text[state.at + 1] !== ']') {
      state.at++;
      const to = member(state);
      if (from === undefined || to === undefined || from > to) fail(state, 'a wrong range');
    }
    items++;
  }
  if (items === 0) fail(state, 'an empty set');
  state.at++;
}

function member(state: State): string | undefined {
  const char = state.text[state.at];
  if (char === undefined) fail(state, 'a set is not closed');
  if (char === '\\') return escape(state, CLASS_ESCAPES);
  if (char === '[' || char === ']' || (char === '-' && state.text[state.at + 1] !== ']'))
    fail(state, 'this sign needs a backslash inside a set');
  const whole = String.fromCodePoint(state.text.codePointAt(state.at) ?? 0);
  state.at += whole.length;
  return whole;
}

function quantifier(state: State): boolean {
  const found = /^(?:[*+?]|\{(\d{1,3})(?:,(\d{0,3}))?\})/.exec(state.text.slice(state.at));
  if (found === null) {
    if (state.text[state.at] === '{') fail(state, 'a wrong repetition');
    return false;
  }
  const least = Number(found[1] ?? 0);
  const most = Number(found[2] === undefined || found[2] === '' ? least : found[2]);
  if (least > MAX_REPEAT || most > MAX_REPEAT) fail(state, `a repetition above ${MAX_REPEAT}`);
  if (most < least) fail(state, 'a wrong repetition');
  state.at += found[0].length;
  if ('*+?{'.includes(state.text[state.at] ?? ' ')) fail(state, 'a repetition of a repetition');
  return true;
}
