'use strict';
/*
 * Runs inside every process of a launched target (`--require`), before the program's first line, and inside
 * an attached one. It opens the inspector, announces the process to the workbench and stands still until the
 * workbench has armed its collectors. It must never break or visibly change the program it is in: everything is
 * guarded, and failures are only reported. The syntax stays at ES2015, so that a Node that is too old announces
 * itself instead of dying of a syntax error.
 *
 * It puts one object on the global, under a symbol and not enumerable: `globalThis[Symbol.for('scorchmark.agent')]`.
 */
(function () {
  // The program may patch or break these later; keep the originals.
  const key = Symbol.for('scorchmark.agent');
  const root = global;
  if (root[key]) {
    module.exports = root[key];
    return;
  }

  const bindingName = '__scorchmarkReport';
  const versionOk = Number(process.versions.node.split('.')[0]) >= 18;
  /** How long the program is held when the workbench says nothing, ms: on a busy machine it answers late. */
  const silenceLimitMs = 12000;
  /**
   * The same for a worker thread. The workbench talks to it through the main thread, and that may be blocked waiting
   * for this very worker (`Atomics.wait`): where that can be seen (Linux), the worker goes on once it has lasted for
   * `blockedLimitMs`; elsewhere it is not held for long. A worker that goes on too early loses more than its start:
   * V8 gives no names to loops that are already running in optimised code when a profile begins.
   */
  const workerSilenceLimitMs = silenceLimitMs;
  const workerBlindLimitMs = 400;
  const blockedLimitMs = 180;
  /** Between two looks at the main thread. At every turn, twenty workers starting at once would leave it no time. */
  const lookEveryMs = 15;
  /** The number of the futex system call, in which a thread in `Atomics.wait` sits. */
  const futexCall = { x64: '202', arm64: '98' }[process.arch];
  const reportsKeptBeforeConnect = 1000;

  const folder = process.env.SCORCHMARK_DIR;
  const enginePid = Number(process.env.SCORCHMARK_ENGINE_PID);
  const threads = tryRequire('worker_threads');
  const isMainThread = threads ? threads.isMainThread : true;

  const exitHooks = [];
  const removeHooks = [];
  let send = null;
  let queued = [];
  let released = false;
  let removed = false;
  let exitHooksRan = false;
  let lastSignOfLifeMs = Date.now();
  let openedInspector = false;

  const agent = {
    isMainThread: isMainThread,
    /** Loaded into a program that was already running. */
    isAttached: false,
    threadId: threads ? threads.threadId : 0,
    /** The hooks below run once, after the program's own exit handlers, when the isolate ends in an orderly way. */
    onExit: function (hook) {
      exitHooks.push(hook);
    },
    /** Undo what was installed: the workbench lets go of a process that lives on. */
    onRemove: function (hook) {
      removeHooks.push(hook);
    },
    /** Sends JSON to the workbench; never throws. Kept until it has connected. */
    report: function (kind, data) {
      if (removed) return;
      try {
        const text = JSON.stringify({ kind: kind, data: data });
        if (send) send(text);
        else if (queued.length < reportsKeptBeforeConnect) queued.push(text);
      } catch {
        // A report that cannot be sent is lost; the program goes on.
      }
    },
    // ── called by the workbench through the inspector ──
    /** Takes the report binding off the global. */
    connect: function () {
      lastSignOfLifeMs = Date.now();
      const binding = root[bindingName];
      if (typeof binding === 'function') {
        delete root[bindingName];
        send = binding;
        const waiting = queued;
        queued = [];
        for (let i = 0; i < waiting.length; i++) guard(send, waiting[i]);
      }
      return { threadId: agent.threadId, pid: process.pid };
    },
    release: function () {
      released = true;
    },
    remove: function () {
      if (removed) return;
      removed = true;
      for (let i = removeHooks.length - 1; i >= 0; i--) guard(removeHooks[i]);
      send = null;
      delete root[key];
      // Otherwise a later attach would get this removed agent from the module cache.
      guard(function () {
        const prefix = __dirname;
        Object.keys(require.cache).forEach(function (file) {
          if (file.slice(0, prefix.length) === prefix) delete require.cache[file];
        });
      });
    },
    /** Ends our inspector server a little later, when the workbench's connection is gone; does not keep the loop alive. */
    closeInspectorSoon: function () {
      const timer = setTimeout(function () {
        guard(function () {
          require('inspector').close();
        });
      }, 100);
      if (timer.unref) timer.unref();
    },
  };
  module.exports = agent;

  /** Only once everything is installed: the workbench takes an agent it finds for a complete one. */
  function expose() {
    Object.defineProperty(root, key, {
      value: agent,
      configurable: true,
      enumerable: false,
      writable: false,
    });
  }

  function guard(run, argument) {
    try {
      return run(argument);
    } catch (error) {
      complain(error);
      return undefined;
    }
  }

  function tryRequire(name) {
    try {
      return require(name);
    } catch {
      return null;
    }
  }

  /** Tells the workbench of a failure in here: a file, as the connection may be what failed. */
  function complain(error) {
    if (!folder) return;
    try {
      writeAtomically('error-' + process.pid + '-' + agent.threadId + '.json', {
        pid: process.pid,
        threadId: agent.threadId,
        code: String((error && error.code) || ''),
        message: String((error && error.message) || error),
      });
    } catch {
      // Nobody left to tell.
    }
  }

  function writeAtomically(name, value) {
    const fs = require('fs');
    const file = require('path').join(folder, name);
    fs.writeFileSync(file + '.tmp', JSON.stringify(value), { mode: 0o600 });
    fs.renameSync(file + '.tmp', file);
  }

  function engineIsAlive() {
    if (!(enginePid > 0)) return false;
    try {
      process.kill(enginePid, 0);
      return true;
    } catch (error) {
      return Boolean(error) && error.code === 'EPERM';
    }
  }

  function runExitHooks() {
    if (exitHooksRan || removed) return;
    exitHooksRan = true;
    // What ends without this has died.
    agent.report('ending', {});
    for (let i = 0; i < exitHooks.length; i++) guard(exitHooks[i]);
  }

  /*
   * A listener added here would run before the program's own exit handlers, which then went unprofiled. All ways
   * out but signals pass `process.emit('exit')`; `process.exit()` inside an exit handler goes on to `reallyExit`.
   */
  function watchExit() {
    const undoEmit = wrap(process, 'emit', function (original) {
      return function emit(name) {
        if (name !== 'exit') return original.apply(this, arguments);
        try {
          return original.apply(this, arguments);
        } finally {
          runExitHooks();
        }
      };
    });
    const undoReallyExit = wrap(process, 'reallyExit', function (original) {
      return function reallyExit() {
        runExitHooks();
        return original.apply(this, arguments);
      };
    });
    agent.onRemove(undoEmit);
    agent.onRemove(undoReallyExit);
  }

  /** Replaces a method so that only its behaviour tells; returns what puts the original back, if it is still ours. */
  function wrap(object, name, make) {
    const own = Object.getOwnPropertyDescriptor(object, name);
    const original = object[name];
    if (typeof original !== 'function') return function () {};
    const replacement = make(original);
    Object.defineProperty(replacement, 'name', { value: original.name, configurable: true });
    Object.defineProperty(replacement, 'length', { value: original.length, configurable: true });
    Object.defineProperty(object, name, {
      value: replacement,
      writable: true,
      configurable: true,
      enumerable: own ? own.enumerable : false,
    });
    return function () {
      if (object[name] !== replacement) return;
      if (own) Object.defineProperty(object, name, own);
      else delete object[name];
    };
  }
  agent.wrap = wrap;

  function announce() {
    const inspector = require('inspector');
    if (versionOk && !inspector.url()) {
      inspector.open(0, '127.0.0.1', false);
      openedInspector = true;
    }
    const now = process.hrtime();
    writeAtomically(process.pid + '.json', {
      pid: process.pid,
      ppid: process.ppid,
      url: versionOk ? inspector.url() : undefined,
      argv: process.argv,
      execArgv: process.execArgv,
      cwd: safeCwd(),
      version: process.version,
      title: process.title,
      startedUs: Math.round(now[0] * 1e6 + now[1] / 1e3 - process.uptime() * 1e6),
    });
    return versionOk;
  }

  function safeCwd() {
    try {
      return process.cwd();
    } catch {
      return '';
    }
  }

  /*
   * Short slices, not `inspector.waitForDebugger()`: V8 serves inspector messages by interrupt between them, and
   * when the workbench is silent the program simply runs on, without a watchdog thread.
   */
  function hold(limitMs, mustGoOn) {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    lastSignOfLifeMs = Date.now();
    while (!released && Date.now() - lastSignOfLifeMs < limitMs) {
      if (mustGoOn && mustGoOn()) break;
      Atomics.wait(cell, 0, 0, 2);
    }
    return released;
  }

  /** What the main thread is doing in the kernel, or null where that cannot be read. */
  function mainThreadCall() {
    try {
      return require('fs')
        .readFileSync('/proc/self/task/' + process.pid + '/syscall', 'latin1')
        .split(' ', 1)[0];
    } catch {
      return null;
    }
  }

  function holdWorker() {
    if (!futexCall || mainThreadCall() === null) return hold(workerBlindLimitMs);
    let lastFreeMs = Date.now();
    let lastLookMs = 0;
    return hold(workerSilenceLimitMs, function () {
      const nowMs = Date.now();
      if (nowMs - lastLookMs < lookEveryMs) return false;
      lastLookMs = nowMs;
      if (mainThreadCall() !== futexCall) lastFreeMs = nowMs;
      return nowMs - lastFreeMs > blockedLimitMs;
    });
  }

  function install() {
    watchExit();
    ['./listen.cjs', './cpu.cjs', './runtime-metrics.cjs', './forced-gc.cjs', './heap-snapshot.cjs'].forEach(
      function (name) {
        guard(function () {
          require(name).install(agent);
        });
      },
    );
  }

  function startInMainThread() {
    if (!engineIsAlive()) return;
    // Before the announcement: the workbench may answer it at once.
    if (versionOk) install();
    expose();
    if (!announce()) return;
    if (!hold(silenceLimitMs)) {
      complain({
        code: 'ENGINE_SILENT',
        message:
          'the workbench did not answer within ' +
          silenceLimitMs / 1000 +
          ' s, so the program runs on unprofiled',
      });
    }
  }

  function startInWorker() {
    install();
    expose();
    // Written by the workbench once it has connected to this process.
    const connected = require('path').join(folder, process.pid + '.connected');
    if (engineIsAlive() && require('fs').existsSync(connected)) holdWorker();
  }

  if (root.__scorchmarkAttach) {
    delete root.__scorchmarkAttach;
    released = true;
    agent.isAttached = true;
    guard(install);
    expose();
  } else if (folder) {
    guard(isMainThread ? startInMainThread : startInWorker);
  }
  agent.openedInspector = openedInspector;
})();
