import type { HeapEdgeRow, HeapNodeRow } from '../../../../../profiles/heap/questions';

/** An object in one line: what it is, its id, how it begins. */
export function ObjectLabel({ node, edge }: { node: HeapNodeRow; edge?: HeapEdgeRow | undefined }) {
  const isText = /string/.test(node.type);
  return (
    <span className="heap-object mono" title={titleOf(node, edge)}>
      {edge && (
        <span className={isOwn(edge.type) ? 'heap-edge' : 'heap-edge heap-edge-internal'}>
          {edge.name}
          <span className="heap-edge-colon">:</span>
        </span>
      )}
      {isText && node.preview ? (
        <span className="heap-preview heap-type-string">{node.preview}</span>
      ) : (
        <>
          <span className={`heap-type-${colourOf(node)}`}>{node.name || `(${node.type})`}</span>
          <span className="heap-id">@{node.id}</span>
          {node.preview && <span className="heap-preview">{node.preview}</span>}
        </>
      )}
      {isText && <span className="heap-id">@{node.id}</span>}
    </span>
  );
}

/** What the program itself wrote down, as opposed to V8's own references. */
function isOwn(type: string): boolean {
  return type === 'property' || type === 'element' || type === 'context';
}

function colourOf({ type, name }: HeapNodeRow): string {
  if (type === 'closure') return 'closure';
  if (/number|bigint/.test(type)) return 'number';
  if (/hidden|code|synthetic|object shape|native/.test(type) || /^(\(|system )/.test(name)) return 'system';
  return 'object';
}

function titleOf(node: HeapNodeRow, edge: HeapEdgeRow | undefined): string {
  const what = `${node.name} @${node.id} (${node.type})`;
  return edge ? `${edge.name} (${edge.type}): ${what}` : what;
}
