/** `session.json`: what it may hold, reading it with errors a person can use, writing it whole or not at all. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { runSpecSchema, type SessionDetail, type SessionMeta } from '../api';
import { AppError, type AppErrorJson } from '../errors';
import { sessionFileName } from './layout';
import { processIdentitySchema, type ProcessIdentity } from './process-identity';

export const formatVersion = 1;

/** What lies on disk: the detail, and while recording who records, so that a killed recorder is recognised. */
export interface StoredSession extends SessionDetail {
  recorder?: ProcessIdentity;
  /** Saving failed (full disk): the journal was kept and is to be replayed. */
  unsaved?: boolean;
}

/** zod refuses NaN and the infinities. */
const finite = z.number();
const thread = z.looseObject({
  key: z.string(),
  pid: z.number(),
  workerId: z.number(),
  title: z.string(),
  startedUs: finite,
  endedUs: finite.optional(),
});

export const processSchema = z.looseObject({
  pid: z.number(),
  ppid: z.number(),
  title: z.string(),
  argv: z.array(z.string()),
  nodeVersion: z.string(),
  startedUs: finite,
  endedUs: finite.optional(),
  threads: z.array(thread),
});

export const listeningSchema = z.looseObject({
  pid: z.number(),
  url: z.string(),
  port: z.number(),
  protocol: z.enum(['http', 'https', 'tcp']),
  atUs: finite,
});

export const warningSchema = z.looseObject({
  tUs: finite,
  source: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});

const summarySchema = z.looseObject({
  topFunction: z
    .looseObject({ name: z.string(), url: z.string(), line: z.number(), selfMs: finite, share: finite })
    .optional(),
});

export const snapshotSchema = z.looseObject({
  file: z.string(),
  thread: z.string(),
  reason: z.string(),
  startedUs: finite,
  state: z.enum(['writing', 'complete', 'failed']),
  progress: finite.nullable(),
  sizeBytes: finite,
});

const statuses = ['recording', 'complete', 'recovered', 'failed', 'imported'] as const;

export const sessionMetaSchema = z.looseObject({
  id: z.string().min(1).max(80),
  name: z.string().max(1000),
  createdAt: z.string(),
  durationMs: finite,
  status: z.enum(statuses),
  commandLine: z.string(),
  cwd: z.string(),
  tags: z.array(z.string()),
  note: z.string(),
  nodeVersion: z.string(),
  sizeBytes: finite,
  trashedAt: z.string().optional(),
  summary: summarySchema,
});

const storedSchema = sessionMetaSchema.extend({
  formatVersion: z.literal(formatVersion),
  originUs: finite,
  spec: runSpecSchema.nullable(),
  environment: z.looseObject({
    nodeVersion: z.string(),
    scorchmarkVersion: z.string(),
    os: z.string(),
    arch: z.string(),
    cpuModel: z.string(),
    cpuCount: z.number(),
    memoryBytes: z.number(),
    gitRevision: z.string().optional(),
    gitDirty: z.boolean().optional(),
  }),
  processes: z.array(processSchema),
  listening: z.array(listeningSchema),
  warnings: z.array(warningSchema),
  exit: z
    .looseObject({ code: z.number().nullable(), signal: z.string().nullable(), stoppedByUs: z.boolean() })
    .optional(),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  files: z.array(
    z.looseObject({
      name: z.string(),
      kind: z.enum([
        'cpu',
        'allocations',
        'profile',
        'snapshot',
        'sources',
        'timeline',
        'load',
        'output',
        'other',
      ]),
      thread: z.string().optional(),
      sizeBytes: z.number(),
    }),
  ),
  snapshots: z.array(snapshotSchema).optional(),
  outOfMemory: z.boolean().optional(),
  recorder: processIdentitySchema.optional(),
  unsaved: z.boolean().optional(),
});

/**
 * The text of a `session.json` (`where`: how to name it to a person).
 * Rejects with SESSION_NEWER or SESSION_DAMAGED.
 */
export function parseSession(text: string, where: string): StoredSession {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(where, error instanceof Error ? error.message : String(error));
  }
  const version = z.looseObject({ formatVersion: z.number() }).safeParse(json);
  if (version.success && version.data.formatVersion > formatVersion)
    throw new AppError(
      'SESSION_NEWER',
      `${where} was written by a newer Scorchmark (session format ${version.data.formatVersion}, this one reads ${formatVersion}).`,
      { hint: 'Update Scorchmark to open it. Nothing in it was changed.' },
    );
  const parsed = storedSchema.safeParse(json);
  if (!parsed.success)
    throw damaged(
      where,
      parsed.error.issues
        .slice(0, 5)
        .map((issue) => `${issue.path.map(String).join('.') || '(whole file)'}: ${issue.message}`)
        .join('\n'),
    );
  // The schema spells out SessionDetail but for the unions' member names that only the types know (error codes).
  return parsed.data as unknown as StoredSession;
}

function damaged(where: string, details: string): AppError {
  return new AppError('SESSION_DAMAGED', `${where} cannot be read as a session.`, {
    hint: 'The other files in its folder may still be fine: open the .cpuprofile or .heapprofile from there.',
    details,
  });
}

/** Rejects with SESSION_NEWER, SESSION_DAMAGED or the system's error (ENOENT when the folder is gone). */
export async function readSession(folder: string): Promise<StoredSession> {
  const file = path.join(folder, sessionFileName);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw damaged(file, 'The file is missing.');
    throw error;
  }
  return parseSession(text, file);
}

export async function writeSession(folder: string, session: StoredSession): Promise<void> {
  await writeFileAtomic(path.join(folder, sessionFileName), `${JSON.stringify(session, null, 2)}\n`);
}

/** What lists show of a session. */
export function metaOf(session: SessionMeta): SessionMeta {
  const {
    id,
    name,
    createdAt,
    durationMs,
    status,
    commandLine,
    cwd,
    tags,
    note,
    nodeVersion,
    sizeBytes,
    summary,
  } = session;
  return {
    id,
    name,
    createdAt,
    durationMs,
    status,
    commandLine,
    cwd,
    tags,
    note,
    nodeVersion,
    sizeBytes,
    ...(session.trashedAt !== undefined && { trashedAt: session.trashedAt }),
    summary,
  };
}

/** What a caller gets: without what only the store needs. */
export function detailOf(session: StoredSession): SessionDetail {
  const { recorder: _recorder, unsaved: _unsaved, ...detail } = session;
  return detail;
}

const nameOnly = z.looseObject({
  name: z.string().optional().catch(undefined),
  createdAt: z.string().optional().catch(undefined),
  durationMs: z.number().optional().catch(undefined),
  commandLine: z.string().optional().catch(undefined),
  cwd: z.string().optional().catch(undefined),
  nodeVersion: z.string().optional().catch(undefined),
  tags: z.array(z.string()).optional().catch(undefined),
  note: z.string().optional().catch(undefined),
});

/** A list entry for a folder whose `session.json` is newer or damaged: whatever can be told, and the error that opening it gives. */
export async function metaOfUnreadable(folder: string, error: AppErrorJson): Promise<SessionMeta> {
  const id = path.basename(folder);
  const text = await readFile(path.join(folder, sessionFileName), 'utf8').catch(() => '');
  let known: z.output<typeof nameOnly> = {};
  try {
    known = nameOnly.parse(JSON.parse(text));
  } catch {
    // Nothing can be told but the folder's name.
  }
  const suffix = error.code === 'SESSION_NEWER' ? 'made by a newer Scorchmark' : 'damaged';
  return {
    id,
    name: known.name ? `${known.name} (${suffix})` : `${id} (${suffix})`,
    createdAt: known.createdAt ?? createdAtOfId(id),
    durationMs: known.durationMs ?? 0,
    status: 'failed',
    commandLine: known.commandLine ?? '',
    cwd: known.cwd ?? '',
    tags: known.tags ?? [],
    note: known.note ?? '',
    nodeVersion: known.nodeVersion ?? '',
    sizeBytes: 0,
    summary: {},
  };
}

function createdAtOfId(id: string): string {
  const match = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d{3})/.exec(id);
  if (!match) return new Date(0).toISOString();
  const [, year, month, day, hour, minute, second, ms] = match;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
}
