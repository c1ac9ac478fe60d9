import { encode } from 'uqr';

/** Light modules around it: without them a reader does not find the code. */
const QUIET = 3;

/** A QR code of a text, dark on white in every colour scheme. `label` says what it is of. */
export function Qr({ value, label, size }: { value: string; label: string; size: number }) {
  const { data, size: modules } = encode(value, { ecc: 'M', border: QUIET });
  const path = data.flatMap((line, y) => line.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${modules} ${modules}`}
      shapeRendering="crispEdges"
      style={{ display: 'block', maxWidth: '100%', height: 'auto', background: '#fff', borderRadius: 6 }}
    >
      <path d={path} fill="#000" />
    </svg>
  );
}
