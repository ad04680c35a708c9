/** Rows and columns that the lists of a snapshot have in common. */
import type { ReactNode } from 'react';
import { exactBytes, formatBytes, formatNumber, formatPercent } from '../../../../../profiles/format';
import type { ConstructorRow, HeapEdgeRow, HeapNodeRow } from '../../../../../profiles/heap/questions';
import type { GridColumn } from '../grid/HeapGrid';
import type { PageOfRows, RowSource } from '../grid/lazy-tree';
import { ObjectLabel } from './ObjectLabel';
import type { OpenSnapshot } from './use-snapshot';

/** A row of a tree of objects: a group of them, one of them, or what one refers to. */
export type HeapRow =
  | { kind: 'group'; group: ConstructorRow }
  | { kind: 'object'; node: HeapNodeRow }
  | { kind: 'edge'; node: HeapNodeRow; edge: HeapEdgeRow };

export function nodeOf(row: HeapRow): HeapNodeRow | null {
  return row.kind === 'group' ? null : row.node;
}

export const objectRow = (node: HeapNodeRow): HeapRow => ({ kind: 'object', node });
export const edgeRow = (edge: HeapEdgeRow): HeapRow => ({ kind: 'edge', node: edge.node, edge });

export function mapPage<A, B>({ rows, total }: PageOfRows<A>, map: (row: A) => B): PageOfRows<B> {
  return { rows: rows.map(map), total };
}

/** What an object refers to, or who refers to it, opening further in the same direction. */
export function edgesOf(
  snapshot: Pick<OpenSnapshot, 'ask'>,
  kind: 'references' | 'retainers',
  top: number,
): RowSource<HeapRow> {
  return {
    async load(parent, offset, limit) {
      const ordinal = parent ? (nodeOf(parent)?.ordinal ?? top) : top;
      return mapPage(await snapshot.ask({ kind, ordinal, offset, limit }), edgeRow);
    },
    // Every object but the root is referred to by something; the list below says when it is not.
    canOpen: (row) => {
      const node = nodeOf(row);
      return node !== null && (kind === 'references' ? node.references > 0 : node.ordinal !== 0);
    },
  };
}

export function HeapRowLabel({ row, extra }: { row: HeapRow; extra?: ReactNode }) {
  if (row.kind === 'group')
    return (
      <span className="heap-object mono" title={row.group.name}>
        <span>{row.group.name}</span>
        {extra}
      </span>
    );
  return <ObjectLabel node={row.node} edge={row.kind === 'edge' ? row.edge : undefined} />;
}

interface Sized {
  shallow: number;
  retained: number;
}

const sizesOf = (row: HeapRow): Sized => (row.kind === 'group' ? row.group : row.node);

export function retainedColumns<Sort extends string>(
  heapBytes: number,
  sort?: Sort,
): GridColumn<HeapRow, Sort>[] {
  const share = (row: HeapRow): number => (heapBytes > 0 ? sizesOf(row).retained / heapBytes : 0);
  return [
    {
      id: 'retained',
      label: 'Retained',
      title: 'What would be freed with it',
      width: '84px',
      numeric: true,
      ...(sort !== undefined && { sort }),
      cell: (row) => formatBytes(sizesOf(row).retained),
      exact: (row) => exactBytes(sizesOf(row).retained),
      share,
    },
    {
      id: 'share',
      label: 'Share',
      title: 'Retained size as a share of the whole heap',
      width: '62px',
      numeric: true,
      cell: (row) => formatPercent(share(row)),
    },
  ];
}

export function shallowColumn<Sort extends string>(sort?: Sort): GridColumn<HeapRow, Sort> {
  return {
    id: 'shallow',
    label: 'Shallow',
    title: 'Size of the objects themselves',
    width: '78px',
    numeric: true,
    ...(sort !== undefined && { sort }),
    cell: (row) => formatBytes(sizesOf(row).shallow),
    exact: (row) => exactBytes(sizesOf(row).shallow),
  };
}

export function distanceColumn<Sort extends string>(): GridColumn<HeapRow, Sort> {
  return {
    id: 'distance',
    label: 'Distance',
    title: 'Steps from a GC root',
    width: '74px',
    numeric: true,
    cell: (row) => {
      const node = nodeOf(row);
      return node === null ? '' : node.distance === null ? '–' : formatNumber(node.distance);
    },
  };
}
