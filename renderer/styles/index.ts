import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import '../theme/tokens.css';
import './frame.css';
import './components.css';
import './views.css';
import './run.css';
