/** A foreign `.cpuprofile` or `.heapprofile` (also gzipped) becomes the content of a session; its bytes are kept as they are. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ProfileFormatError } from '../../profiles/errors';
import { parseCpuProfile } from '../../profiles/formats/cpuprofile';
import { detectFormat } from '../../profiles/formats/detect';
import { readHeapProfile } from '../../profiles/formats/heapprofile';
import type { Profile } from '../../profiles/types';
import type { ThreadKey } from '../api';
import { AppError } from '../errors';
import { version } from '../paths';
import { allocationsFileName, cpuFileName, newSessionId } from './layout';
import type { Recorded, Summarise } from './recorder';
import { formatVersion, type StoredSession } from './session-file';

/** A profile's text cannot be longer than a JavaScript string anyway. */
const maxUnpackedBytes = 1024 ** 3;
const thread: ThreadKey = 'p0';

export interface ForeignProfile {
  session: StoredSession;
  /** What to write beside `session.json`. */
  file: { name: string; bytes: Uint8Array };
}

/** Rejects with PROFILE_UNKNOWN_FORMAT or PROFILE_MALFORMED, naming the file and the place in it. */
export async function readForeignProfile(
  fileName: string,
  given: Uint8Array,
  summarise: Summarise,
): Promise<ForeignProfile> {
  const packed = given[0] === 0x1f && given[1] === 0x8b;
  const bytes = packed ? await unpacked(fileName, given) : given;
  const name = packed ? fileName.replace(/\.gz$/i, '') : fileName;
  const format = detectFormat(name, bytes);
  if (!format)
    throw new AppError('PROFILE_UNKNOWN_FORMAT', `${fileName} is not a file that Scorchmark can open.`, {
      hint: 'It opens .scorchmark files, CPU profiles (.cpuprofile) and allocation profiles (.heapprofile).',
    });
  try {
    const content = format === 'cpuprofile' ? readCpu(name, bytes) : readAllocations(name, bytes);
    const fileOnDisk = format === 'cpuprofile' ? cpuFileName(thread) : allocationsFileName(thread);
    const summary = summarise(content.recorded, content.durationMs);
    const session = describe(name, { ...content, summary, fileName: fileOnDisk, sizeBytes: bytes.length });
    return { session, file: { name: fileOnDisk, bytes } };
  } catch (error) {
    if (!(error instanceof ProfileFormatError)) throw error;
    throw new AppError(error.code, error.message, { hint: error.hint, details: error.where, cause: error });
  }
}

async function unpacked(fileName: string, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: maxUnpackedBytes });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new AppError(
      'PROFILE_MALFORMED',
      tooLarge
        ? `${fileName} unpacks to more than ${maxUnpackedBytes} bytes.`
        : `${fileName} is a damaged gzip file: it cannot be unpacked.`,
      {
        hint: 'It may have been cut off on its way; ask for it again, or unpack it by hand.',
        details: error instanceof Error ? error.message : String(error),
      },
    );
  }
}

interface Content {
  recorded: Recorded;
  originUs: number;
  durationMs: number;
}

function recordedOf(parts: Partial<Recorded>): Recorded {
  return { cpu: new Map(), allocations: new Map(), series: new Map(), marks: [], loadResult: null, ...parts };
}

function readCpu(fileName: string, bytes: Uint8Array): Content {
  const profile = parseCpuProfile(bytes, { fileName, originUs: 0 });
  const originUs = profile.startUs;
  shift(profile, originUs);
  return {
    recorded: recordedOf({ cpu: new Map([[thread, { profile }]]) }),
    originUs,
    durationMs: profile.endUs / 1000,
  };
}

/** Makes the file's first instant 0. */
function shift(profile: Profile, byUs: number): void {
  const { timeUs, length } = profile.samples;
  for (let i = 0; i < length; i++) timeUs[i]! -= byUs;
  profile.endUs -= byUs;
  profile.startUs = 0;
}

function readAllocations(fileName: string, bytes: Uint8Array): Content {
  const profile = readHeapProfile(bytes, { fileName });
  return { recorded: recordedOf({ allocations: new Map([[thread, profile]]) }), originUs: 0, durationMs: 0 };
}

function describe(
  title: string,
  content: Content & { summary: StoredSession['summary']; fileName: string; sizeBytes: number },
): StoredSession {
  const { originUs, durationMs, summary, fileName, sizeBytes } = content;
  const span = { startedUs: 0, endedUs: durationMs * 1000 };
  const isCpu = fileName === cpuFileName(thread);
  return {
    formatVersion,
    id: newSessionId(),
    name: title.slice(0, 200) || 'Imported profile',
    createdAt: new Date().toISOString(),
    durationMs,
    status: 'imported',
    commandLine: '',
    cwd: '',
    tags: [],
    note: '',
    nodeVersion: '',
    sizeBytes,
    summary,
    originUs,
    spec: null,
    // A profile file says nothing about where it was recorded.
    environment: {
      nodeVersion: '',
      scorchmarkVersion: version,
      os: '',
      arch: '',
      cpuModel: '',
      cpuCount: 0,
      memoryBytes: 0,
    },
    processes: [
      {
        pid: 0,
        ppid: 0,
        title,
        argv: [],
        nodeVersion: '',
        ...span,
        threads: [{ key: thread, pid: 0, workerId: 0, title, ...span }],
      },
    ],
    listening: [],
    warnings: [],
    files: [{ name: fileName, kind: isCpu ? 'cpu' : 'allocations', thread, sizeBytes }],
  };
}
