import { serveAlone } from '../src';
import { counterDefinition } from './two-services';

void serveAlone(counterDefinition);
