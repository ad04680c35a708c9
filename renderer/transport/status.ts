/** Whether the workbench can be reached, and everybody who wants to know. */
export type ConnectionStatus = 'connected' | 'reconnecting' | 'lost';
/** `reason` is a sentence for the person; there is one when the status is not `connected`. */
export type StatusListener = (status: ConnectionStatus, reason?: string) => void;

export class StatusHolder {
  private status: ConnectionStatus;
  private reason: string | undefined;
  private readonly listeners = new Set<StatusListener>();

  constructor(initial: ConnectionStatus) {
    this.status = initial;
  }

  get current(): ConnectionStatus {
    return this.status;
  }

  set(status: ConnectionStatus, reason?: string): void {
    if (status === this.status && reason === this.reason) return;
    this.status = status;
    this.reason = reason;
    for (const listener of [...this.listeners]) listener(status, reason);
  }

  /** Calls the listener with the present status at once, then at each change. */
  listen(listener: StatusListener): () => void {
    this.listeners.add(listener);
    listener(this.status, this.reason);
    return () => this.listeners.delete(listener);
  }
}
