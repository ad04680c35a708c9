/** Questions to heap snapshots, answered by a thread that holds the opened ones: see README.md. */
export { createSnapshots } from './snapshots';
export type { SnapshotPlace, Snapshots, SnapshotsOptions } from './snapshots';
