/** The head of a `.heapsnapshot`: which numbers stand where. V8's versions differ in it, so nothing is taken for granted. */
import { z } from 'zod';

const metaSchema = z.object({
  node_fields: z.array(z.string()),
  node_types: z.array(z.unknown()),
  edge_fields: z.array(z.string()),
  edge_types: z.array(z.unknown()),
  location_fields: z.array(z.string()).optional(),
});

const headSchema = z.object({
  meta: metaSchema,
  node_count: z.number().int().nonnegative().optional(),
  edge_count: z.number().int().nonnegative().optional(),
});

/** Where a field stands in a row; -1 when this version of V8 does not write it. */
export interface SnapshotLayout {
  /** As the head says; null when it does not. */
  nodeCount: number | null;
  edgeCount: number | null;
  nodeTypes: string[];
  edgeTypes: string[];
  node: { fields: number; type: number; name: number; id: number; selfSize: number; edgeCount: number };
  edge: { fields: number; type: number; name: number; to: number };
  location: { fields: number; node: number; script: number; line: number; column: number };
}

/**
 * @param head value of the key `snapshot`
 * @returns the layout, or what is wrong with the head, as the end of a sentence
 */
export function readLayout(head: unknown): SnapshotLayout | string {
  const parsed = headSchema.safeParse(head);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return `${issue?.path.join('.') ?? 'snapshot'}: ${issue?.message ?? 'is not what it should be'}`;
  }
  const { meta, node_count, edge_count } = parsed.data;
  const names = z.array(z.string());
  const typesAt = (types: unknown[], at: number): string[] | null => names.safeParse(types[at]).data ?? null;
  const nodeField = (name: string): number => meta.node_fields.indexOf(name);
  const edgeField = (name: string): number => meta.edge_fields.indexOf(name);
  for (const name of ['type', 'name', 'id', 'self_size', 'edge_count'])
    if (nodeField(name) === -1) return `meta.node_fields has no "${name}"`;
  for (const name of ['type', 'name_or_index', 'to_node'])
    if (edgeField(name) === -1) return `meta.edge_fields has no "${name}"`;
  const nodeTypes = typesAt(meta.node_types, nodeField('type'));
  const edgeTypes = typesAt(meta.edge_types, edgeField('type'));
  if (!nodeTypes || nodeTypes.length > 255) return 'meta.node_types has no list of types';
  if (!edgeTypes || edgeTypes.length > 255) return 'meta.edge_types has no list of types';
  const locationFields = meta.location_fields ?? [];
  return {
    nodeCount: node_count ?? null,
    edgeCount: edge_count ?? null,
    nodeTypes,
    edgeTypes,
    node: {
      fields: meta.node_fields.length,
      type: nodeField('type'),
      name: nodeField('name'),
      id: nodeField('id'),
      selfSize: nodeField('self_size'),
      edgeCount: nodeField('edge_count'),
    },
    edge: {
      fields: meta.edge_fields.length,
      type: edgeField('type'),
      name: edgeField('name_or_index'),
      to: edgeField('to_node'),
    },
    location: {
      fields: locationFields.length,
      node: locationFields.indexOf('object_index'),
      script: locationFields.indexOf('script_id'),
      line: locationFields.indexOf('line'),
      column: locationFields.indexOf('column'),
    },
  };
}
