import type { Position } from '../model/definition.ts';

const RADIUS = 10;
/** How far above a card lines turn to it. */
const TURN = 24;

/** The points of a line from an exit down to a card, past the ranks between them. */
export function pointsOf(from: Position, lanes: readonly Position[], to: Position): Position[] {
  const points: Position[] = [from];
  let x = from.x;
  for (const lane of [...lanes, to]) {
    if (lane.x !== x) points.push({ x, y: lane.y - TURN }, { x: lane.x, y: lane.y - TURN });
    x = lane.x;
  }
  return [...points, to];
}

const length = (a: Position, b: Position): number => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);

/** An SVG path along points, with its corners rounded. */
export function roundedPath(points: readonly Position[]): string {
  const [first] = points;
  if (first === undefined) return '';
  let path = `M ${first.x} ${first.y}`;
  for (const [index, at] of points.entries()) {
    const before = points[index - 1];
    const after = points[index + 1];
    if (before === undefined) continue;
    if (after === undefined) {
      path += ` L ${at.x} ${at.y}`;
      continue;
    }
    const radius = Math.min(RADIUS, length(before, at) / 2, length(at, after) / 2);
    const towards = (other: Position): string => {
      const whole = length(at, other);
      const part = whole === 0 ? 0 : radius / whole;
      return `${at.x + (other.x - at.x) * part} ${at.y + (other.y - at.y) * part}`;
    };
    path += ` L ${towards(before)} Q ${at.x} ${at.y} ${towards(after)}`;
  }
  return path;
}
