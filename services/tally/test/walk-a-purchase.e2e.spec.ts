import { describePage } from './describe-page';

describePage('docs/walk-a-purchase.md');
