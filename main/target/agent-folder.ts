/** The private folder in which the agents of one target announce their processes and report their failures. */
import { watch, type FSWatcher } from 'node:fs';
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const announcementSchema = z.object({
  pid: z.number().int().positive(),
  ppid: z.number().int(),
  /** Absent when this Node is too old for us; its agent then does nothing more. */
  url: z.string().optional(),
  argv: z.array(z.string()),
  execArgv: z.array(z.string()),
  cwd: z.string(),
  version: z.string(),
  title: z.string(),
  /** On the monotonic clock, µs. */
  startedUs: z.number(),
});
export type Announcement = z.infer<typeof announcementSchema>;

const agentErrorSchema = z.object({
  pid: z.number(),
  threadId: z.number(),
  code: z.string(),
  message: z.string(),
});
export type AgentError = z.infer<typeof agentErrorSchema>;

export interface AgentFolderEvents {
  onAnnouncement(announcement: Announcement): void;
  onAgentError(error: AgentError): void;
}

/** File events can be lost on some file systems; this finds what they missed. */
const rescanMs = 250;

export class AgentFolder {
  private readonly seen = new Set<string>();
  private watcher: FSWatcher | undefined;
  private timer: NodeJS.Timeout | undefined;
  private scanning: Promise<void> = Promise.resolve();

  private constructor(
    readonly path: string,
    private readonly events: AgentFolderEvents,
  ) {}

  /** Creates it, for its owner's eyes only (`mkdtemp` makes it 0700). */
  static async create(events: AgentFolderEvents): Promise<AgentFolder> {
    const folder = new AgentFolder(
      await mkdtemp(path.join(await realpath(os.tmpdir()), 'scorchmark-')),
      events,
    );
    try {
      folder.watcher = watch(folder.path, () => void folder.scan());
      folder.watcher.on('error', () => folder.watcher?.close());
    } catch {
      // No file events here (inotify limits): scanning alone must do.
    }
    folder.timer = setInterval(() => void folder.scan(), folder.watcher ? rescanMs : 20);
    return folder;
  }

  /** Tells the worker threads of that process that somebody will come for them. */
  async markConnected(pid: number): Promise<void> {
    await writeFile(path.join(this.path, `${pid}.connected`), '').catch(() => undefined);
  }

  /** Looks now; resolves when everything that was there has been handed out. */
  scan(): Promise<void> {
    return (this.scanning = this.scanning.then(() => this.scanOnce()));
  }

  async remove(): Promise<void> {
    clearInterval(this.timer);
    this.watcher?.close();
    await this.scanning;
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }

  private async scanOnce(): Promise<void> {
    for (const name of await readdir(this.path).catch(() => [])) {
      if (!name.endsWith('.json') || this.seen.has(name)) continue;
      this.seen.add(name);
      await this.take(name).catch(() => undefined);
    }
  }

  private async take(name: string): Promise<void> {
    const content: unknown = JSON.parse(await readFile(path.join(this.path, name), 'utf8'));
    if (name.startsWith('error-')) {
      const error = agentErrorSchema.safeParse(content);
      if (error.success) this.events.onAgentError(error.data);
    } else {
      const announcement = announcementSchema.safeParse(content);
      if (announcement.success) this.events.onAnnouncement(announcement.data);
    }
  }
}
