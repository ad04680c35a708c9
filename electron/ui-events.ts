/**
 * What the shell asks of the UI (show a session, open settings) while the UI is still loading. An event sent to a page that
 * does not listen yet is lost, and a page listens some time after it has loaded: its first call tells that it does.
 */
import type { BrowserWindow } from 'electron';
import type { AnyEvent } from '../main/api';

export class UiEvents {
  private readonly listening = new WeakSet<BrowserWindow>();
  private readonly waiting = new WeakMap<BrowserWindow, AnyEvent[]>();

  constructor(private readonly deliver: (window: BrowserWindow, event: AnyEvent) => void) {}

  /** The window's page has called: it listens. */
  heardFrom(window: BrowserWindow): void {
    this.listening.add(window);
    const events = this.waiting.get(window) ?? [];
    this.waiting.delete(window);
    for (const event of events) this.deliver(window, event);
  }

  send(window: BrowserWindow, event: AnyEvent): void {
    if (this.listening.has(window)) this.deliver(window, event);
    else this.waiting.set(window, [...(this.waiting.get(window) ?? []), event]);
  }
}
