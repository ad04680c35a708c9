'use strict';
/*
 * The target's half of CPU profiling: rotates overlapping console profiles when the workbench says so, and ends the
 * open one when the isolate ends, so that its last work is not lost.
 *
 * Uses `require('inspector').console`, taken before the program's first line: what a program does to its own
 * `console` does not matter.
 */
exports.install = function install(agent) {
  const inspectorConsole = require('inspector').console;
  const profile = inspectorConsole.profile;
  const profileEnd = inspectorConsole.profileEnd;
  let open = '';

  function endOpen() {
    if (open === '') return;
    profileEnd.call(inspectorConsole, open);
    open = '';
  }

  agent.cpu = {
    /** Starts `next` before it ends `last`, so that no sample falls between the two; '' means none. */
    rotate(next, last) {
      if (next !== '') profile.call(inspectorConsole, next);
      open = next;
      if (last !== '') profileEnd.call(inspectorConsole, last);
    },
  };
  agent.onExit(endOpen);
  if (agent.onRemove) agent.onRemove(endOpen);
};
