/** Sessions kept on disk: see README.md. */
export { defaultDataFolder, isSnapshotName, newSessionId, snapshotFileName } from './layout';
export { formatOutputLine, parseOutputLog } from './output-log';
export { describeForeign } from './describe-foreign';
export type { ForeignRequest, ReadForeign } from './describe-foreign';
export { readLoadHere, type LoadFileRequest, type ReadLoadFile } from './import-load';
export { filesOfFolder } from './folder-files';
export { sourceOfFile } from './file-source';
export { readRange } from './read-range';
export type { Recorded, Summarise } from './recorder';
export { openStore, type SessionStore, type StoreOptions } from './store';
export type { ListQuery, ListResult } from './catalog';
export type { TaskOptions } from './task';
