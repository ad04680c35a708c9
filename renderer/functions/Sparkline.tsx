import { memo, type ReactElement } from 'react';

const widthPx = 88;
const heightPx = 16;

/** How busy a function was over time, as a small filled curve. `most` is the value that reaches the top. */
export const Sparkline = memo(function Sparkline(props: {
  values: Float32Array | undefined;
  most: number;
  title: string;
}): ReactElement {
  const { values, most, title } = props;
  if (!values || values.length === 0 || most <= 0) return <span className="sm-sparkline" />;
  const step = widthPx / values.length;
  let path = `M0 ${heightPx}`;
  for (let i = 0; i < values.length; i++) {
    const y = heightPx - Math.min(1, values[i]! / most) * (heightPx - 1);
    path += `V${y.toFixed(1)}H${((i + 1) * step).toFixed(1)}`;
  }
  return (
    <svg
      className="sm-sparkline"
      width={widthPx}
      height={heightPx}
      viewBox={`0 0 ${widthPx} ${heightPx}`}
      role="img"
      aria-label={title}
    >
      <title>{title}</title>
      <path d={`${path}V${heightPx}Z`} />
    </svg>
  );
});
