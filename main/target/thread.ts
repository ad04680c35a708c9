/** One isolate of a target: its protocol session, and the line to the agent in it. */
import { z } from 'zod';
import type { ThreadInfo } from '../api';
import { agentFile } from '../paths';
import type { ProtocolSession } from './cdp-connection';
import type { TargetThread } from './types';

const agentExpression = `globalThis[Symbol.for('scorchmark.agent')]`;
const bindingName = '__scorchmarkReport';
/** Reports that came before anybody asked for their kind, per kind. */
const reportsKept = 1000;

const contextSchema = z.object({
  context: z.object({ id: z.number(), auxData: z.object({ isDefault: z.boolean().optional() }).optional() }),
});
const bindingSchema = z.object({ name: z.string(), payload: z.string() });
const scriptSchema = z.object({ url: z.string() });
const reportSchema = z.object({ kind: z.string(), data: z.unknown() });
const evaluatedSchema = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z
    .object({ text: z.string(), exception: z.object({ description: z.string().optional() }).optional() })
    .optional(),
});
const connectedSchema = z.object({ threadId: z.number(), pid: z.number() });

export class Thread implements TargetThread {
  /** Set once it has been handed to the run. */
  isKnown = false;
  /** Set once, when its end has been told. */
  ending: Promise<void> | undefined;
  /** Worker threads: ends the session through the parent. */
  detach: (() => Promise<void>) | undefined;
  private readonly listeners = new Map<string, Set<(data: unknown) => void>>();
  private readonly kept = new Map<string, unknown[]>();

  constructor(
    readonly info: ThreadInfo,
    readonly session: ProtocolSession,
  ) {}

  onReport(kind: string, listener: (data: unknown) => void): () => void {
    let set = this.listeners.get(kind);
    if (!set) this.listeners.set(kind, (set = new Set()));
    set.add(listener);
    for (const data of this.kept.get(kind) ?? []) listener(data);
    this.kept.delete(kind);
    return () => set.delete(listener);
  }

  /**
   * Opens the line to the agent; loads the agent first where it is not (attached processes, workers with an
   * `execArgv` of their own). Resolves with the isolate's thread id.
   */
  async connectAgent(): Promise<number> {
    const contextId = await this.defaultContextId();
    this.session.onEvent('Runtime.bindingCalled', (params) => this.takeReport(params));
    // Only in this context: contexts that the program makes (node:vm) must not get it.
    await this.session.command('Runtime.addBinding', { name: bindingName, executionContextId: contextId });
    if (this.info.workerId !== 0) await this.bootstrapped();
    const value = (await this.evaluate(`${agentExpression}?.connect()`)) ?? (await this.loadAgent());
    return connectedSchema.parse(value).threadId;
  }

  /** The held isolate goes on. */
  async release(): Promise<void> {
    await this.evaluate(`${agentExpression}?.release()`);
    // For programs started with --inspect-brk or --inspect-wait: they would wait for a debugger that is us.
    await this.session.command('Runtime.runIfWaitingForDebugger');
  }

  /** Takes the agent's hooks out of a process that lives on. */
  async removeAgent(closeInspector: boolean): Promise<void> {
    await this.evaluate(
      `(a => { if (!a) return; ${closeInspector ? 'a.closeInspectorSoon();' : ''} a.remove(); })(${agentExpression})`,
    );
  }

  /**
   * Resolves when a worker has come to code of its program. The inspector reaches a worker while Node itself is
   * still starting it, and running anything of Node's there then breaks it (seen on Node 18 and 20).
   */
  private async bootstrapped(): Promise<void> {
    let off: (() => void) | undefined;
    const firstScript = new Promise<string>((resolve) => {
      off = this.session.onEvent('Debugger.scriptParsed', (params) => {
        const script = scriptSchema.safeParse(params);
        if (script.success && script.data.url !== '' && !/^(node|internal):/.test(script.data.url))
          resolve(script.data.url);
      });
    });
    await this.session.command('Debugger.enable');
    const url = await Promise.race([firstScript, this.session.closed]);
    off?.();
    await this.session.command('Debugger.disable');
    // The agent itself, just being loaded: it is complete in a moment.
    const isAgent = url?.endsWith('/main/agent/agent.cjs');
    while (isAgent && (await this.evaluate(`${agentExpression} === undefined`)) === true)
      await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** A worker loads it in a turn of its event loop of its own; a main thread at once, as it may be blocked. */
  private loadAgent(): Promise<unknown> {
    const load = `(globalThis.__scorchmarkAttach = true, load(${JSON.stringify(agentFile)})).connect()`;
    const expression =
      this.info.workerId === 0
        ? `(load => ${load})(require)`
        : `(load => new Promise((resolve, reject) => setImmediate(() => { try { resolve(${load}); } catch (e) { reject(e); } })))(require)`;
    return this.evaluate(expression, { includeCommandLineAPI: true, awaitPromise: true });
  }

  private async evaluate(expression: string, more: object = {}, attempt = 1): Promise<unknown> {
    const answer = evaluatedSchema.parse(
      await this.session.command('Runtime.evaluate', {
        expression,
        returnByValue: true,
        silent: true,
        ...more,
      }),
    );
    const thrown = answer.exceptionDetails;
    if (!thrown) return answer.result.value;
    // An evaluation that interrupts at an unlucky moment is cut off, without an exception of its own; it may be repeated.
    if (thrown.exception?.description === undefined && attempt < 5) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return this.evaluate(expression, more, attempt + 1);
    }
    throw new Error(thrown.exception?.description ?? thrown.text);
  }

  /**
   * `Runtime.enable` is only on for a moment: while it is, V8 wraps and keeps every argument of `console.log`,
   * which would show as a leak in the very heap we measure.
   */
  private async defaultContextId(): Promise<number> {
    let id = 1;
    const off = this.session.onEvent('Runtime.executionContextCreated', (params) => {
      const parsed = contextSchema.safeParse(params);
      if (parsed.success && parsed.data.context.auxData?.isDefault) id = parsed.data.context.id;
    });
    await this.session.command('Runtime.enable');
    off();
    await this.session.command('Runtime.disable');
    return id;
  }

  private takeReport(params: unknown): void {
    const called = bindingSchema.safeParse(params);
    if (!called.success || called.data.name !== bindingName) return;
    const report = reportSchema.safeParse(parseJson(called.data.payload));
    if (!report.success) return;
    const { kind, data } = report.data;
    const listeners = this.listeners.get(kind);
    if (listeners) {
      for (const listener of [...listeners]) listener(data);
      return;
    }
    const kept = this.kept.get(kind) ?? [];
    if (kept.length < reportsKept) kept.push(data);
    this.kept.set(kind, kept);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
