/** For tests: an engine that answers what it is told and counts what reaches it. */
import type { AnyEvent, EngineApi } from '../api';
import { AppError } from '../errors';

export class FakeEngine implements EngineApi {
  readonly calls: { method: string; input: unknown }[] = [];
  subscriberCount = 0;
  private readonly listeners = new Set<(event: AnyEvent) => void>();

  call(method: string, input: unknown): Promise<unknown> {
    this.calls.push({ method, input });
    if (method === 'run.stop')
      return Promise.reject(
        new AppError('NO_RUN', 'Nothing is being recorded.', { hint: 'Start a run first.' }),
      );
    if (method === 'sessions.list') return Promise.reject(new Error('boom'));
    if (method === 'run.snapshot') return new Promise(() => undefined);
    return Promise.resolve({ method, input });
  }

  subscribe(listener: (event: AnyEvent) => void): () => void {
    this.listeners.add(listener);
    this.subscriberCount++;
    return () => {
      if (this.listeners.delete(listener)) this.subscriberCount--;
    };
  }

  emit(event: AnyEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}
