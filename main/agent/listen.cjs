'use strict';
/* Tells the workbench which addresses the program listens on, and when it cannot. */

exports.install = function (agent) {
  const net = require('net');
  const events = require('events');
  const seen = new WeakSet();

  function protocolOf(server) {
    // Compared by what a server is, without loading http or https for programs that do not use them.
    const name = server.constructor && server.constructor.name;
    const isTls = typeof server.setSecureContext === 'function' || typeof server.setTicketKeys === 'function';
    const isHttp =
      typeof server.maxHeadersCount !== 'undefined' ||
      typeof server.requestTimeout === 'number' ||
      /^Http2/.test(String(name));
    if (isHttp) return isTls ? 'https' : 'http';
    return 'tcp';
  }

  /** The socket with which a cluster's primary accepts for its workers: they tell the address, with its protocol. */
  function isClusterSocket(server) {
    const listeners = server.listeners('connection');
    return (
      listeners.length === 1 && listeners[0].name === 'fail' && /ERR_INTERNAL_ASSERTION/.test(listeners[0])
    );
  }

  function tell(server) {
    if (isClusterSocket(server)) return;
    const at = server.address();
    // A string is a pipe or a UNIX socket; null a server that was closed at once.
    if (!at || typeof at !== 'object' || !at.port) return;
    agent.report('listen', { port: at.port, address: at.address, protocol: protocolOf(server) });
  }

  function follow(server) {
    if (seen.has(server)) return;
    seen.add(server);
    const onListening = function () {
      try {
        tell(server);
      } catch {
        // A server that cannot say its address is not told.
      }
    };
    server.on('listening', onListening);
    agent.onRemove(function () {
      server.removeListener('listening', onListening);
    });
    // An 'error' listener would keep the error from ending the program; the monitor only looks (Node >= 12.16).
    const monitor = events.errorMonitor || events.EventEmitter.errorMonitor;
    if (!monitor) return;
    const onError = function (error) {
      if (error && error.syscall === 'listen')
        agent.report('listen-error', {
          code: String(error.code),
          port: Number(error.port) || 0,
          address: error.address,
        });
    };
    server.on(monitor, onError);
    agent.onRemove(function () {
      server.removeListener(monitor, onError);
    });
  }

  agent.onRemove(
    agent.wrap(net.Server.prototype, 'listen', function (original) {
      return function listen() {
        try {
          follow(this);
        } catch {
          // Not followed; it listens all the same.
        }
        return original.apply(this, arguments);
      };
    }),
  );

  // Attached to a program that has been listening for long.
  const handles =
    agent.isAttached && typeof process._getActiveHandles === 'function' ? process._getActiveHandles() : [];
  handles.forEach(function (handle) {
    if (handle instanceof net.Server && handle.listening) tell(handle);
  });
};
