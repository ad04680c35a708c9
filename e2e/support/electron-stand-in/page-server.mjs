// What the pages of the stand-in talk to: the app's own scheme over loopback HTTP, and ipcMain over one WebSocket per page.
import http from 'node:http';
import { WebSocketServer } from 'ws';
import { allWindows } from './browser-window.mjs';
import { decode, encode } from './wire.mjs';

let scheme;
let handler;
let base;

export const protocol = {
  registerSchemesAsPrivileged: (schemes) => {
    protocol.privileged = schemes;
  },
  handle: (name, handle) => {
    scheme = name;
    handler = handle;
  },
};

/** `scorchmark://workbench/x` ⇄ `http://127.0.0.1:port/x`: Chromium knows no foreign schemes. */
export function toHttp(url) {
  return url.replace(/^[\w-]+:\/\/[^/]*/, base);
}
function toAppUrl(pathAndQuery) {
  return `${scheme}://workbench${pathAndQuery}`;
}

const handlers = new Map();
export const ipcMain = {
  handle: (channel, handle) => handlers.set(channel, handle),
  channels: () => [...handlers.keys()],
  invoke: async (channel, event, args) => {
    const handle = handlers.get(channel);
    if (!handle) throw new Error(`No handler registered for '${channel}'`);
    return handle(event, ...args);
  },
};

export async function startServer() {
  const server = http.createServer((request, response) => void answer(request, response));
  const sockets = new WebSocketServer({ server, maxPayload: 0, path: '/$ipc' });
  sockets.on('connection', (socket, request) => connectPage(socket, request.url));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${server.address().port}`;
}

async function answer(request, response) {
  const result = await handler(new Request(toAppUrl(request.url), { method: request.method }));
  response.writeHead(result.status, Object.fromEntries(result.headers));
  response.end(Buffer.from(await result.arrayBuffer()));
}

function connectPage(socket, requestUrl) {
  const id = Number(new URL(requestUrl, base).searchParams.get('window'));
  const window = allWindows().find((candidate) => candidate.id === id);
  if (!window) return socket.close();
  window.webContents.attach((channel, args) => socket.send(encode({ type: 'event', channel, args })));
  socket.on('message', (text) => void receive(socket, window, decode(String(text))));
}

async function receive(socket, window, { id, channel, args, url }) {
  const senderFrame = { url: url.startsWith(base) ? toAppUrl(url.slice(base.length)) : url, parent: null };
  let reply;
  try {
    const value = await ipcMain.invoke(channel, { sender: window.webContents, senderFrame }, args);
    reply = encode({ id, ok: true, value });
  } catch (error) {
    reply = encode({ id, ok: false, error: `Error invoking remote method '${channel}': ${error}` });
  }
  if (socket.readyState === socket.OPEN) socket.send(reply);
}
