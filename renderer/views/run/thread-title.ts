export { threadTitle } from '../../state/thread-title';
