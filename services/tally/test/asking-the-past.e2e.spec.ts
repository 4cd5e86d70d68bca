import { describePage } from './describe-page';

describePage('docs/asking-the-past.md');
