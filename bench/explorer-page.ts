/** What the explorer's benchmark runs inside the page. Each function is sent as text: it may use nothing from outside itself. */

interface Timed extends Window {
  /** Main-thread time of event handlers and animation frames since it was last taken, ms. */
  takeHandlerMs(): number;
}

/** Measures every event handler and animation callback of the page, whoever adds them; nested ones count once. */
export function timeHandlers(): void {
  let spentMs = 0;
  let depth = 0;
  const timed = <T extends unknown[]>(call: (...args: T) => unknown): ((...args: T) => unknown) =>
    function (this: unknown, ...args: T) {
      if (depth > 0) return call.apply(this, args);
      depth++;
      const started = performance.now();
      try {
        return call.apply(this, args);
      } finally {
        depth--;
        spentMs += performance.now() - started;
      }
    };
  const wrappers = new WeakMap<object, (event: Event) => unknown>();
  const wrapped = (listener: EventListenerOrEventListenerObject): ((event: Event) => unknown) => {
    let wrapper = wrappers.get(listener);
    if (!wrapper) {
      wrapper = timed(function (this: unknown, event: Event) {
        return typeof listener === 'function' ? listener.call(this, event) : listener.handleEvent(event);
      });
      wrappers.set(listener, wrapper);
    }
    return wrapper;
  };
  type Listen = (
    this: EventTarget,
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: unknown,
  ) => void;
  const prototype = EventTarget.prototype as unknown as Record<
    'addEventListener' | 'removeEventListener',
    Listen
  >;
  for (const method of ['addEventListener', 'removeEventListener'] as const) {
    const original = prototype[method];
    prototype[method] = function (type, listener, options) {
      original.call(this, type, listener && wrapped(listener), options);
    };
  }
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => request((now) => void timed(callback)(now));
  (window as unknown as Timed).takeHandlerMs = () => {
    const taken = spentMs;
    spentMs = 0;
    return taken;
  };
}

/** When (ms since the epoch) the wanted number of elements was there, a frame was drawn and the main thread was free again. */
export function readyWhen({ selector, count }: { selector: string; count: number }): Promise<number> {
  return new Promise((resolve) => {
    const drawn = (): boolean => {
      const found = document.querySelectorAll(selector);
      if (found.length < count) return false;
      // Ours is there before its first picture is, and says what it has drawn.
      const { testid, drawn: kind } = (found[0] as HTMLElement).dataset;
      return testid === undefined || (kind !== undefined && kind !== 'nothing');
    };
    const look = (): void => {
      if (!drawn()) {
        setTimeout(look, 20);
        return;
      }
      requestAnimationFrame(() => {
        setTimeout(() => resolve(performance.timeOrigin + performance.now()));
      });
    };
    look();
  });
}

/** Zooms in, pans there and back, zooms out again, one wheel event a frame; gives the main thread's work of each frame, ms. */
export async function gesture(selector: string): Promise<number[]> {
  const all = [...document.querySelectorAll(selector)].map((element) => element.getBoundingClientRect());
  const box = all.reduce((largest, one) =>
    one.width * one.height >= largest.width * largest.height ? one : largest,
  );
  const x = box.left + box.width * 0.4;
  const y = Math.min(window.innerHeight, box.bottom) - Math.min(box.height, window.innerHeight) * 0.6;
  const target = document.elementFromPoint(x, y) ?? document.body;
  const page = window as unknown as Timed;
  const frames: number[] = [];
  const nextFrame = (): Promise<void> =>
    new Promise((resolve) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => resolve();
      requestAnimationFrame(() => channel.port2.postMessage(null));
    });
  const wheel = async (init: WheelEventInit, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      page.takeHandlerMs();
      target.dispatchEvent(
        new WheelEvent('wheel', { clientX: x, clientY: y, bubbles: true, cancelable: true, ...init }),
      );
      await nextFrame();
      frames.push(page.takeHandlerMs());
    }
  };
  // Not everything is warm at first; two rounds of everything.
  for (let round = 0; round < 2; round++) {
    await wheel({ deltaY: -40, ctrlKey: true }, 60);
    await wheel({ deltaX: 60 }, 60);
    await wheel({ deltaX: -60 }, 60);
    await wheel({ deltaY: 40, ctrlKey: true }, 70);
  }
  return frames;
}
