import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { request as httpRequest, type ClientRequest } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeEngine } from './fake-engine';
import { serve, type WebShell } from './serve';

let engine: FakeEngine;
let shell: WebShell;
let files: string;

beforeEach(async () => {
  engine = new FakeEngine();
  files = mkdtempSync(path.join(tmpdir(), 'scorchmark-upload-'));
  shell = await serve({ engine, files });
});

afterEach(async () => {
  await shell.close();
  rmSync(files, { recursive: true });
});

async function put(body: Uint8Array<ArrayBuffer>, headers: Record<string, string>): Promise<Response> {
  return fetch(`http://127.0.0.1:${shell.port}/upload/abc?path=${encodeURIComponent('a/b c')}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body,
  });
}

async function signedIn(): Promise<Record<string, string>> {
  const answer = await fetch(shell.newLink(), { redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
  return { cookie, origin: `http://127.0.0.1:${shell.port}` };
}

test('a file that a page sends reaches the engine in pieces, in order', async () => {
  const bytes = new Uint8Array(5_000_000).map((_, index) => index % 251);
  expect((await put(bytes, await signedIn())).status).toBe(200);
  const inputs = engine.calls.map(({ method, input }) => {
    expect(method).toBe('sessions.importPiece');
    return input as { uploadId: string; path: string; bytes: Uint8Array };
  });
  expect(inputs.length).toBeGreaterThan(1);
  expect(new Set(inputs.map(({ uploadId, path: inside }) => `${uploadId} ${inside}`))).toEqual(
    new Set(['abc a/b c']),
  );
  expect(Buffer.concat(inputs.map((input) => input.bytes)).equals(Buffer.from(bytes))).toBe(true);
});

test('an empty file is a file, too', async () => {
  expect((await put(new Uint8Array(), await signedIn())).status).toBe(200);
  expect(engine.calls).toHaveLength(1);
});

test('nobody else can send one: not without the cookie, not from another page', async () => {
  const { cookie, origin } = await signedIn();
  expect((await put(new Uint8Array(9), { origin: origin! })).status).toBe(401);
  expect((await put(new Uint8Array(9), { cookie: cookie!, origin: 'http://evil.example' })).status).toBe(403);
  expect(engine.calls).toEqual([]);
});

/** A file of which the first bytes are sent, and no more. */
function beginPut(headers: Record<string, string>, contentLength = 9_000_000): ClientRequest {
  const request = httpRequest({
    host: '127.0.0.1',
    port: shell.port,
    path: '/upload/abc?path=',
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream', 'content-length': contentLength, ...headers },
  });
  request.on('error', () => undefined);
  request.write(new Uint8Array(3_000_000));
  return request;
}

async function restart(uploadLimits: { maxBytes?: number; idleMs?: number }): Promise<void> {
  await shell.close();
  shell = await serve({ engine, files, uploadLimits });
}

const methods = (): string[] => engine.calls.map(({ method }) => method);
const dropped = { method: 'sessions.importDrop', input: { uploadId: 'abc' } };

test('a connection lost in the middle drops the upload', async () => {
  const request = beginPut(await signedIn());
  await expect.poll(methods).toContain('sessions.importPiece');
  request.destroy();
  await expect.poll(() => engine.calls.at(-1)).toEqual(dropped);
});

test('a file that stops coming is given up', async () => {
  await restart({ idleMs: 100 });
  const request = beginPut(await signedIn());
  await new Promise((resolve) => request.once('close', resolve));
  await expect.poll(() => engine.calls.at(-1)).toEqual(dropped);
});

test('a file above the limit is refused with what the limit is', async () => {
  await restart({ maxBytes: 1024 ** 2 });
  const answer = await put(new Uint8Array(3_000_000), await signedIn());
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    error: { code: 'BAD_INPUT', message: expect.stringContaining('larger than') as string },
  });
  expect(methods()).toEqual(['sessions.importDrop']);
});
