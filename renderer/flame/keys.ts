/** What a key means on the flame graph. */
import { rowOf, type FlameLayout } from '../../profiles/flame-layout';

export type KeyAction =
  | { kind: 'focus'; node: number }
  | { kind: 'zoom'; factor: number }
  | { kind: 'pan'; fraction: number }
  | { kind: 'open' | 'select' | 'reset' | 'escape' };

interface Place {
  layout: FlameLayout;
  /** The focused node. */
  node: number;
  growUp: boolean;
}

/** W/S zoom and A/D pan; arrows go from frame to frame; Enter zooms to it, Space selects it, 0 shows everything. */
export function keyAction(key: string, place: Place): KeyAction | null {
  switch (key) {
    case 'w':
    case '+':
    case '=':
      return { kind: 'zoom', factor: 1 / 1.5 };
    case 's':
    case '-':
      return { kind: 'zoom', factor: 1.5 };
    case 'a':
      return { kind: 'pan', fraction: -0.2 };
    case 'd':
      return { kind: 'pan', fraction: 0.2 };
    case 'ArrowUp':
      return { kind: 'focus', node: place.growUp ? callee(place) : caller(place) };
    case 'ArrowDown':
      return { kind: 'focus', node: place.growUp ? caller(place) : callee(place) };
    case 'ArrowLeft':
      return { kind: 'focus', node: neighbour(place, -1) };
    case 'ArrowRight':
      return { kind: 'focus', node: neighbour(place, 1) };
    case 'Enter':
      return { kind: 'open' };
    case ' ':
      return { kind: 'select' };
    case '0':
      return { kind: 'reset' };
    case 'Escape':
      return { kind: 'escape' };
    default:
      return null;
  }
}

function caller({ layout, node }: Place): number {
  const parent = layout.tree.nodes.parent[node] ?? -1;
  return parent >= 0 ? parent : node;
}

/** The heaviest call from here. */
function callee({ layout, node }: Place): number {
  const row = rowOf(layout, layout.positionOfNode[node] ?? 0) + 1;
  if (row >= layout.rows) return node;
  let best = node;
  let bestTotal = 0;
  for (let position = layout.rowStart[row] ?? 0; position < (layout.rowStart[row + 1] ?? 0); position++) {
    const candidate = layout.node[position] ?? 0;
    const total = layout.tree.total[candidate] ?? 0;
    if (layout.tree.nodes.parent[candidate] === node && total > bestTotal) {
      best = candidate;
      bestTotal = total;
    }
  }
  return best;
}

/** The frame left or right of this one in its row. */
function neighbour({ layout, node }: Place, step: 1 | -1): number {
  const position = layout.positionOfNode[node] ?? -1;
  if (position < 0) return node;
  const row = rowOf(layout, position);
  const next = position + step;
  const inRow = next >= (layout.rowStart[row] ?? 0) && next < (layout.rowStart[row + 1] ?? 0);
  return inRow ? (layout.node[next] ?? node) : node;
}
