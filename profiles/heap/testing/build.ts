/** Heap snapshots put together by hand, for tests whose right answers are known. */
import { indexSnapshot } from '../index-snapshot';
import { stringTableOf } from '../string-table';
import type { HeapIndex, HeapSnapshot } from '../types';
import { edgeTypes, nodeTypes } from './type-names';

export type NodeType = (typeof nodeTypes)[number];
export type EdgeType = (typeof edgeTypes)[number];

interface BuiltNode {
  type: NodeType;
  name: string;
  shallow: number;
  id: number;
  edges: { type: EdgeType; name: string | number; to: number }[];
  location?: [script: number, line: number, column: number];
}

/** Ordinal 0 is the root. Nodes and edges appear in the snapshot in the order in which they were added. */
export class SnapshotBuilder {
  private readonly nodes: BuiltNode[] = [{ type: 'synthetic', name: '', shallow: 0, id: 1, edges: [] }];

  /** @returns the ordinal */
  node(type: NodeType, name: string, shallow = 16, id = 2 * this.nodes.length + 1): number {
    this.nodes.push({ type, name, shallow, id, edges: [] });
    return this.nodes.length - 1;
  }

  edge(from: number, type: EdgeType, name: string | number, to: number): this {
    this.nodes[from]!.edges.push({ type, name, to });
    return this;
  }

  /** Zero-based, as in the file. */
  location(ordinal: number, script: number, line: number, column: number): this {
    this.nodes[ordinal]!.location = [script, line, column];
    return this;
  }

  build(): { snapshot: HeapSnapshot; index: HeapIndex } {
    const texts: string[] = [];
    const indexes = new Map<string, number>();
    const textOf = (text: string) => {
      let index = indexes.get(text);
      if (index === undefined) {
        index = texts.push(text) - 1;
        indexes.set(text, index);
      }
      return index;
    };
    const edges = this.nodes.flatMap((node) => node.edges);
    const firstEdge = new Uint32Array(this.nodes.length + 1);
    this.nodes.forEach((node, ordinal) => (firstEdge[ordinal + 1] = firstEdge[ordinal]! + node.edges.length));
    const located = this.nodes.flatMap(({ location }, ordinal) => (location ? [{ ordinal, location }] : []));
    const nodeName = Uint32Array.from(this.nodes, ({ name }) => textOf(name));
    const edgeName = Uint32Array.from(edges, ({ name }) => (typeof name === 'number' ? name : textOf(name)));
    const snapshot: HeapSnapshot = {
      nodeCount: this.nodes.length,
      edgeCount: edges.length,
      nodeTypes,
      edgeTypes,
      strings: stringTableOf(texts),
      nodeType: Uint8Array.from(this.nodes, ({ type }) => nodeTypes.indexOf(type)),
      nodeName,
      nodeId: Uint32Array.from(this.nodes, ({ id }) => id),
      shallow: Uint32Array.from(this.nodes, ({ shallow }) => shallow),
      firstEdge,
      edgeType: Uint8Array.from(edges, ({ type }) => edgeTypes.indexOf(type)),
      edgeName,
      edgeTo: Uint32Array.from(edges, ({ to }) => to),
      locationNode: Uint32Array.from(located, ({ ordinal }) => ordinal),
      locationPlace: Uint32Array.from(located.flatMap(({ location }) => location)),
    };
    return { snapshot, index: indexSnapshot(snapshot) };
  }
}
