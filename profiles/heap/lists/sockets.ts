/** What a process is connected by: sockets, servers, pipes and their handles, HTTP parsers and agents. */
import type { HeapGraph } from '../graph';
import { describeHolder, holderKey } from '../holder-phrase';
import { names } from '../names';
import { nodeName } from '../rows';
import { Grouping, type HeapListGroup } from './group';

/** Constructors of Node.js's own (lib/net.js, tls.js, http.js, http2.js, dgram.js, quic) and of common WebSocket and HTTP libraries. */
const kinds: Record<string, string> = {
  Socket: 'socket',
  TLSSocket: 'TLS socket',
  JSStreamSocket: 'socket over a stream',
  Server: 'server',
  TLSServer: 'TLS server',
  Http2Server: 'HTTP/2 server',
  Http2SecureServer: 'HTTP/2 server',
  TCP: 'TCP handle',
  Pipe: 'pipe handle',
  TTY: 'terminal handle',
  UDP: 'UDP handle',
  TLSWrap: 'TLS handle',
  HTTPParser: 'HTTP parser',
  Agent: 'HTTP agent',
  ClientRequest: 'HTTP request sent',
  IncomingMessage: 'HTTP message received',
  ServerResponse: 'HTTP response',
  ClientHttp2Session: 'HTTP/2 session',
  ServerHttp2Session: 'HTTP/2 session',
  ClientHttp2Stream: 'HTTP/2 stream',
  ServerHttp2Stream: 'HTTP/2 stream',
  Http2Session: 'HTTP/2 handle',
  WebSocket: 'WebSocket',
  WebSocketServer: 'WebSocket server',
  MessagePort: 'message port',
};

export function eachSocket(graph: HeapGraph, visit: (ordinal: number) => void): void {
  const { snapshot, node } = graph;
  const wanted = new Set(snapshot.strings.find(Object.keys(kinds)));
  // By index into the strings: one look instead of a hash per object.
  const isKind = new Uint8Array(snapshot.strings.length);
  for (const name of wanted) if (name !== -1) isKind[name] = 1;
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++)
    if (
      isKind[snapshot.nodeName[ordinal]!] === 1 &&
      snapshot.nodeType[ordinal] === node.object &&
      !isPrototype(graph, ordinal)
    )
      visit(ordinal);
}

export function sockets(graph: HeapGraph): HeapListGroup[] {
  const grouping = new Grouping(graph, (ordinal) => ({
    label: `${nodeName(graph, ordinal)} (${kinds[nodeName(graph, ordinal)] ?? ''})`,
    detail: describeHolder(graph, ordinal).phrase,
  }));
  eachSocket(graph, (ordinal) =>
    grouping.add(ordinal, graph.index.constructorOf[ordinal]!, holderKey(graph, ordinal)),
  );
  return grouping.rows('retained');
}

/** A prototype carries its constructor's name; only it has `constructor` as a property of its own. */
export function isPrototype(graph: HeapGraph, ordinal: number): boolean {
  const { snapshot, edge, index } = graph;
  const known = names(graph);
  for (let at = snapshot.firstEdge[ordinal]!; at < snapshot.firstEdge[ordinal + 1]!; at++)
    if (snapshot.edgeName[at] === known.constructor && snapshot.edgeType[at] === edge.property) return true;
  // Of classes whose prototype is made in C++ the constructor leads to it.
  for (let at = index.firstRetainer[ordinal]!; at < index.firstRetainer[ordinal + 1]!; at++) {
    const retaining = index.retainerEdge[at]!;
    const name = snapshot.edgeName[retaining];
    if (
      (name === known.__proto__ || name === known.prototype) &&
      snapshot.edgeType[retaining] !== edge.element &&
      snapshot.edgeType[retaining] !== edge.hidden
    )
      return true;
  }
  return false;
}
